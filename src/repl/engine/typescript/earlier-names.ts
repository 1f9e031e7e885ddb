import type ts from 'typescript';

export type Compiler = typeof ts;

/** The declarations of the lines before, as tslab names the file. */
const earlierFile = /(^|\/)__prev__\.d\.ts$/;

/**
 * tslab turns a name of an earlier line into `exports.name`, wherever the name stands. Two places cannot
 * hold that: `{ name }`, which it leaves as it is, to fail at run time, and `const { name: other } = …`,
 * where it would rewrite a property's key. Here the first becomes `{ name: exports.name }` and the key of
 * the second a string, before tslab sees either.
 */
export function earlierNames(
  compiler: Compiler,
  checker: ts.TypeChecker,
): ts.TransformerFactory<ts.SourceFile> {
  const { factory } = compiler;
  const isEarlier = (symbol: ts.Symbol | undefined): boolean =>
    symbol?.declarations?.some((each) => earlierFile.test(each.getSourceFile().fileName)) ?? false;
  const key = (name: ts.Identifier): ts.StringLiteral =>
    compiler.setTextRange(factory.createStringLiteral(name.text), name);

  return (context) => {
    const visit = (node: ts.Node): ts.Node => {
      const seen = compiler.visitEachChild(node, visit, context);
      if (compiler.isShorthandPropertyAssignment(seen)) {
        const original = compiler.getOriginalNode(node);
        if (!isEarlier(checker.getShorthandAssignmentValueSymbol(original))) return seen;
        const { name, objectAssignmentInitializer: otherwise } = seen;
        const value = factory.createPropertyAccessExpression(
          factory.createIdentifier('exports'),
          factory.createIdentifier(name.text),
        );
        const whole = otherwise ? factory.createAssignment(value, otherwise) : value;
        return compiler.setTextRange(factory.createPropertyAssignment(key(name), whole), seen);
      }
      if (compiler.isBindingElement(seen) && seen.propertyName) {
        const { dotDotDotToken, propertyName, name, initializer } = seen;
        if (!compiler.isIdentifier(propertyName)) return seen;
        const rest = [name, initializer] as const;
        return factory.updateBindingElement(seen, dotDotDotToken, key(propertyName), ...rest);
      }
      if (compiler.isPropertyAssignment(seen) && compiler.isIdentifier(seen.name)) {
        return isEarlier(checker.getSymbolAtLocation(seen.name))
          ? factory.updatePropertyAssignment(seen, key(seen.name), seen.initializer)
          : seen;
      }
      return seen;
    };
    return (file) => compiler.visitEachChild(file, visit, context);
  };
}
