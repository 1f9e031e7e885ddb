package rlsf;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;
import com.sun.source.util.Trees;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
 * Compiles programs, each by itself. In {@code folder}, the sources of program 0 lie in {@code 0/}, its
 * classes go to {@code classes0/}, its {@code main} is looked for in {@code 0/Main.java}. One line of
 * JSON per program is added to {@code folder/report.jsonl}, with places as javac holds them: UTF-16
 * units from the file's start. A program that takes longer than {@code millis} (0: any time) ends the
 * whole, and what was told before it counts.
 *
 * <pre>
 * java rlsf.Compile options... -- folder millis 0=Main.java 1=Problem.java
 * java rlsf.Compile options... --      the same by lines of the input, each answered by "done"
 * </pre>
 */
final class Compile {
  private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
  private final Timer timer = new Timer(true);
  private final List<String> options;

  private Compile(List<String> options) {
    this.options = options;
  }

  public static void main(String[] args) throws IOException {
    List<String> all = Arrays.asList(args);
    int split = all.indexOf("--");
    Compile compile = new Compile(all.subList(0, split));
    if (split + 1 < all.size()) {
      compile.programs(all.subList(split + 1, all.size()));
      return;
    }
    BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = questions.readLine(); line != null; line = questions.readLine()) {
      compile.programs(Arrays.asList(line.split(" ")));
      System.out.println("done");
      System.out.flush();
    }
  }

  private void programs(List<String> job) throws IOException {
    Path folder = Path.of(job.get(0));
    long millis = Long.parseLong(job.get(1));
    for (String program : job.subList(2, job.size())) {
      TimerTask ender = ender();
      if (millis > 0) timer.schedule(ender, millis);
      String[] names = program.split("=");
      String line = told(folder, names[0], names[1]) + "\n";
      ender.cancel();
      Files.writeString(folder.resolve("report.jsonl"), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
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

  /** What a compile that ran out of memory held is free again out here. */
  private String told(Path folder, String program, String main) throws IOException {
    try {
      return compile(folder, program, main);
    } catch (OutOfMemoryError | StackOverflowError limit) {
      return "{\"program\":" + Json.text(program) + ",\"said\":" + Json.text(limit.getClass().getName()) + "}";
    }
  }

  private String compile(Path folder, String program, String main) throws IOException {
    DiagnosticCollector<JavaFileObject> findings = new DiagnosticCollector<>();
    Entry entry = new Entry(main);
    StringWriter said = new StringWriter();
    Path own = folder.resolve(program);
    long begun = System.nanoTime();
    boolean ok = false;
    try (StandardJavaFileManager files = compiler.getStandardFileManager(findings, Locale.ROOT, StandardCharsets.UTF_8)) {
      Path classes = Files.createDirectories(folder.resolve("classes" + program));
      files.setLocation(StandardLocation.CLASS_OUTPUT, List.of(classes.toFile()));
      Iterable<? extends JavaFileObject> sources = files.getJavaFileObjectsFromFiles(sourcesOf(own));
      JavacTask task = (JavacTask) compiler.getTask(said, files, findings, options, null, sources);
      entry.watch(task);
      ok = task.call();
    } catch (RuntimeException fault) {
      said.write(fault.toString());
    }
    StringBuilder json = new StringBuilder("{\"program\":").append(Json.text(program));
    json.append(",\"millis\":").append((System.nanoTime() - begun) / 1_000_000L);
    json.append(",\"ok\":").append(ok).append(",\"said\":").append(Json.text(said.toString()));
    json.append(",\"main\":").append(entry.name == null ? "null" : Json.text(entry.name));
    json.append(",\"mainAt\":").append(entry.at).append(",\"findings\":[");
    json.append(findings.getDiagnostics().stream().map(one -> finding(one, own)).collect(Collectors.joining(",")));
    return json.append("]}").toString();
  }

  private static List<File> sourcesOf(Path program) throws IOException {
    try (Stream<Path> all = Files.walk(program)) {
      return all.filter(path -> path.toString().endsWith(".java")).sorted().map(Path::toFile).collect(Collectors.toList());
    } catch (UncheckedIOException failed) {
      throw failed.getCause();
    }
  }

  private static final Pattern LINT = Pattern.compile("(?:^|: )warning: \\[([\\w-]+)\\] ");

  private static String finding(Diagnostic<? extends JavaFileObject> one, Path program) {
    JavaFileObject source = one.getSource();
    String file = source == null ? null : source.getName();
    if (file != null && file.startsWith(program + "/")) file = file.substring(program.toString().length() + 1);
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
