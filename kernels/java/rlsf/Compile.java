package rlsf;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;
import com.sun.source.util.Trees;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Timer;
import java.util.TimerTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/**
 * Compiles programs one after the other, each by itself: {@code java rlsf.Compile millis options...
 * -- 0=Main.java 1=Problem.java}. The sources of program 0 lie in {@code 0/}, its classes go to
 * {@code classes0/}, its {@code main} is looked for in {@code 0/Main.java}. One line of JSON per program
 * says what javac had to say, with positions as javac holds them: UTF-16 units from the file's start. A
 * program that takes longer than {@code millis} (0: any time) ends the whole, and what stands before it
 * counts.
 */
final class Compile {
  private Compile() {}

  public static void main(String[] args) throws IOException {
    int split = Arrays.asList(args).indexOf("--");
    List<String> options = Arrays.asList(args).subList(1, split);
    long millis = Long.parseLong(args[0]);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StandardJavaFileManager files = compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8);
    for (String job : Arrays.asList(args).subList(split + 1, args.length)) {
      Timer timer = new Timer(true);
      if (millis > 0) timer.schedule(ender(), millis);
      String[] names = job.split("=");
      String line = compile(compiler, files, names[0], names[1], options);
      timer.cancel();
      System.out.println(line);
      System.out.flush();
    }
  }

  private static TimerTask ender() {
    return new TimerTask() {
      @Override
      public void run() {
        Runtime.getRuntime().halt(3);
      }
    };
  }

  private static String compile(
      JavaCompiler compiler, StandardJavaFileManager files, String program, String main, List<String> options)
      throws IOException {
    DiagnosticCollector<JavaFileObject> findings = new DiagnosticCollector<>();
    Entry entry = new Entry(main);
    StringWriter said = new StringWriter();
    long begun = System.nanoTime();
    boolean ok = false;
    try {
      Path classes = Files.createDirectories(Path.of("classes" + program));
      files.setLocation(StandardLocation.CLASS_OUTPUT, List.of(classes.toFile()));
      JavacTask task = (JavacTask) compiler.getTask(said, files, findings, options, null, files.getJavaFileObjectsFromFiles(sourcesOf(program)));
      entry.watch(task);
      ok = task.call();
    } catch (OutOfMemoryError | StackOverflowError limit) {
      said.write(limit.getClass().getName());
    } catch (RuntimeException fault) {
      said.write(fault.toString());
    }
    StringBuilder json = new StringBuilder("{\"program\":").append(Json.text(program));
    json.append(",\"millis\":").append((System.nanoTime() - begun) / 1_000_000L);
    json.append(",\"ok\":").append(ok).append(",\"said\":").append(Json.text(said.toString()));
    json.append(",\"main\":").append(entry.name == null ? "null" : Json.text(entry.name));
    json.append(",\"mainAt\":").append(entry.at).append(",\"findings\":[");
    json.append(findings.getDiagnostics().stream().map(one -> finding(one, program)).collect(Collectors.joining(",")));
    return json.append("]}").toString();
  }

  private static List<File> sourcesOf(String program) throws IOException {
    try (Stream<Path> all = Files.walk(Path.of(program))) {
      return all.filter(path -> path.toString().endsWith(".java")).sorted().map(Path::toFile).collect(Collectors.toList());
    } catch (UncheckedIOException failed) {
      throw failed.getCause();
    }
  }

  private static final Pattern LINT = Pattern.compile("(?:^|: )warning: \\[([\\w-]+)\\] ");

  private static String finding(Diagnostic<? extends JavaFileObject> one, String program) {
    JavaFileObject source = one.getSource();
    String file = source == null ? null : source.getName();
    if (file != null && file.startsWith(program + "/")) file = file.substring(program.length() + 1);
    // The lint's name is told nowhere but in the text.
    Matcher lint = LINT.matcher(one.toString().split("\n", 2)[0]);
    return "{\"code\":" + Json.text(String.valueOf(one.getCode()))
        + ",\"severity\":" + Json.text(one.getKind().toString())
        + ",\"lint\":" + (lint.find() ? Json.text(lint.group(1)) : "null")
        + ",\"file\":" + (file == null ? "null" : Json.text(file))
        + ",\"start\":" + one.getStartPosition()
        + ",\"at\":" + one.getPosition()
        + ",\"end\":" + one.getEndPosition()
        + ",\"message\":" + Json.text(one.getMessage(Locale.ROOT))
        + "}";
  }

  /** The class whose {@code main} would be run: the public one, else the first. */
  private static final class Entry implements TaskListener {
    private final String file;
    private String name;
    private long at = -1;
    private boolean isPublic;
    private Trees trees;

    Entry(String file) {
      this.file = file;
    }

    void watch(JavacTask task) {
      trees = Trees.instance(task);
      task.addTaskListener(this);
    }

    @Override
    public void finished(TaskEvent event) {
      CompilationUnitTree unit = event.getCompilationUnit();
      if (event.getKind() != TaskEvent.Kind.PARSE || unit == null || !unit.getSourceFile().getName().endsWith("/" + file)) return;
      for (Tree type : unit.getTypeDecls()) {
        if (!(type instanceof ClassTree)) continue;
        ClassTree declared = (ClassTree) type;
        boolean comesFirst = declared.getModifiers().getFlags().contains(Modifier.PUBLIC);
        for (Tree member : declared.getMembers()) {
          if (!(member instanceof MethodTree) || !isMain((MethodTree) member) || (name != null && (isPublic || !comesFirst))) continue;
          String start = unit.getPackageName() == null ? "" : unit.getPackageName() + ".";
          name = start + declared.getSimpleName();
          at = trees.getSourcePositions().getStartPosition(unit, member);
          isPublic = comesFirst;
        }
      }
    }

    private static boolean isMain(MethodTree method) {
      return method.getName().contentEquals("main")
          && method.getParameters().size() == 1
          && method.getParameters().get(0).getType().toString().matches("(java\\.lang\\.)?String(\\[\\]|\\.\\.\\.)")
          && method.getModifiers().getFlags().contains(Modifier.STATIC);
    }
  }
}
