//! Taste as a test: the rules of this house that neither the compiler nor clippy knows.
//!
//! Every rule is a function from a file to its findings, tried on a made-up bad file and on the repository.

#![allow(clippy::expect_used, reason = "what goes wrong here is to stop the test")]

use std::fs;
use std::path::Path;

/// The floors of the house, lowest first: a module uses its own and those before it.
const FLOORS: &[&str] = &[
    "sorted",
    "kernel",
    "nats",
    "jetstream",
    "server",
    "client",
    "world",
    "console",
    "lesson",
    "view",
    "app",
];

/// All that the `nats` floor may know of the kernel.
const NATS_USES_OF_KERNEL: &[&str] = &["Time", "Span", "Rng", "Ratio"];

const MAX_LINES: usize = 600;
const MAX_COLUMNS: usize = 110;

/// Folders that hold what was built, installed or recorded elsewhere.
const NOT_OURS: &[&str] = &["target", "dist", "node_modules", ".git"];

/// A file of the repository.
struct File {
    /// From the repository's top, with `/` between the parts.
    path: String,
    text: String,
}

impl File {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Written here by hand, as opposed to copied as it is or written by a tool.
    fn is_handwritten(&self) -> bool {
        let by_others = self.path.starts_with("tests/conformance/") && !self.path.ends_with(".rs");
        !by_others && ![".lock", "-lock.json", "LICENSE"].iter().any(|end| self.path.ends_with(end))
    }

    fn is_code(&self) -> bool {
        self.is_handwritten()
            && [".rs", ".mjs", ".js", ".css"].iter().any(|end| self.path.ends_with(end))
    }

    /// Its lines that `is_bad` holds for, as findings.
    fn lines_where(&self, what: &str, is_bad: impl Fn(&str) -> bool) -> Vec<String> {
        let bad = self.text.split('\n').enumerate().filter(|(_, line)| is_bad(line));
        bad.map(|(index, _)| self.finding(index + 1, what)).collect()
    }

    fn finding(&self, line: usize, what: &str) -> String {
        format!("{}:{line}: {what}", self.path)
    }
}

/// A module uses only the floors below its own.
fn floors_hold(file: &File) -> Vec<String> {
    let Some(inner) = file.path.strip_prefix("src/") else { return Vec::new() };
    if !file.is_rust() || matches!(inner, "lib.rs" | "main.rs") {
        return Vec::new();
    }
    let floor = inner.trim_end_matches(".rs").split('/').next().unwrap_or(inner);
    let Some(own) = FLOORS.iter().position(|name| *name == floor) else {
        return vec![file.finding(1, &format!("src/{floor} is no floor of the house"))];
    };
    let mut findings = Vec::new();
    for (line, path) in paths_from_the_crate(&file.text) {
        let used = FLOORS.iter().position(|name| *name == path[0]);
        if used.is_some_and(|used| used > own) {
            findings
                .push(file.finding(line, &format!("{floor} uses {}, a floor above it", path[0])));
        }
        let item = path.get(1).map_or("*", String::as_str);
        if floor == "nats" && path[0] == "kernel" && !NATS_USES_OF_KERNEL.contains(&item) {
            findings.push(file.finding(line, &format!("nats must not know kernel::{item}")));
        }
    }
    findings
}

/// Every path that starts at `crate::`, grouped imports taken apart, each with its line.
fn paths_from_the_crate(text: &str) -> Vec<(usize, Vec<String>)> {
    let blank = |line: &str| {
        if line.trim_start().starts_with("//") { String::new() } else { line.to_string() }
    };
    let code = text.split('\n').map(blank).collect::<Vec<_>>().join("\n");
    let mut paths = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_') {
            continue;
        }
        let line = code[..at].matches('\n').count() + 1;
        let mut tree = Vec::new();
        read_tree(&code[at + "crate::".len()..], &[], &mut tree);
        paths.extend(tree.into_iter().map(|path| (line, path)));
    }
    paths
}

/// Reads one use tree (`a::b`, `a::{b, c::d}`) and appends its paths; returns what follows it.
fn read_tree<'a>(text: &'a str, before: &[String], paths: &mut Vec<Vec<String>>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
            if rest.is_empty() || rest.starts_with('}') {
                return rest.get(1..).unwrap_or_default();
            }
            let after = read_tree(rest, before, paths);
            // Whatever is not understood (`as name`) is skipped up to the next item.
            let end = after.find([',', '}']).unwrap_or(after.len());
            rest = &after[end..];
        }
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let mut path = before.to_vec();
    path.push(if end == 0 { "*".to_string() } else { text[..end].to_string() });
    match text[end..].strip_prefix("::") {
        Some(rest) => read_tree(rest, &path, paths),
        None => {
            paths.push(path);
            &text[end..]
        }
    }
}

/// Every file of code begins by saying why it exists.
fn files_say_why_they_exist(file: &File) -> Vec<String> {
    if !file.is_rust() || file.text.starts_with("//! ") {
        return Vec::new();
    }
    vec![file.finding(1, "does not begin with //! and why it exists")]
}

/// One file, one idea.
fn files_are_short(file: &File) -> Vec<String> {
    let lines = file.text.lines().count();
    if !file.is_code() || lines <= MAX_LINES {
        return Vec::new();
    }
    vec![
        file.finding(
            lines,
            &format!("has {lines} lines, more than {MAX_LINES}: more than one idea?"),
        ),
    ]
}

/// No tabs, no spaces at the end of a line, a newline at the end of the file.
fn whitespace_is_clean(file: &File) -> Vec<String> {
    if !file.is_handwritten() {
        return Vec::new();
    }
    let mut findings = file.lines_where("has a tab", |line| line.contains('\t'));
    findings
        .extend(file.lines_where("ends in white space", |line| line.ends_with([' ', '\t', '\r'])));
    if !file.text.is_empty() && (!file.text.ends_with('\n') || file.text.ends_with("\n\n")) {
        findings.push(file.finding(file.text.lines().count(), "does not end in one newline"));
    }
    findings
}

/// Nothing is left for later inside the code.
fn nothing_is_left_to_do(file: &File) -> Vec<String> {
    const MARKS: &[&str] = &[
        concat!("to", "do!"),
        concat!("unimple", "mented!"),
        concat!("FIX", "ME"),
        concat!("X", "XX"),
        concat!("TO", "DO:"),
    ];
    if !file.is_code() {
        return Vec::new();
    }
    file.lines_where("leaves something for later", |line| {
        MARKS.iter().any(|mark| line.contains(mark))
    })
}

/// Lines fit beside each other on a screen. One with a text or markup in it may go on: neither is better
/// for being broken.
fn lines_are_short(file: &File) -> Vec<String> {
    if !file.is_code() {
        return Vec::new();
    }
    let what = format!("is longer than {MAX_COLUMNS} columns");
    file.lines_where(&what, |line| {
        line.chars().count() > MAX_COLUMNS && !line.contains(['"', '`', '<'])
    })
}

/// Nothing in the repository knows the machine it was written on.
fn nothing_names_a_machine(file: &File) -> Vec<String> {
    const PRIVATE: &[&str] = &[
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("/Us", "ers/"),
        concat!("arti", "factory"),
    ];
    file.lines_where("names a private path or host", |line| {
        PRIVATE.iter().any(|name| line.contains(name))
    })
}

type Rule = fn(&File) -> Vec<String>;

const RULES: &[Rule] = &[
    floors_hold,
    files_say_why_they_exist,
    files_are_short,
    whitespace_is_clean,
    nothing_is_left_to_do,
    lines_are_short,
    nothing_names_a_machine,
];

/// All files of the repository that are text.
fn repository() -> Vec<File> {
    fn walk(folder: &Path, top: &Path, files: &mut Vec<File>) {
        for entry in fs::read_dir(folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if NOT_OURS.contains(&name) {
                continue;
            }
            if path.is_dir() {
                walk(&path, top, files);
            } else if path.is_file()
                && let Ok(text) = fs::read_to_string(&path)
            {
                let relative = path.strip_prefix(top).expect("a path below the top");
                files.push(File { path: relative.to_string_lossy().replace('\\', "/"), text });
            }
        }
    }
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    walk(top, top, &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

#[test]
fn the_repository_is_tidy() {
    let files = repository();
    for expected in ["src/lib.rs", "index.html", ".ci/run", "tests/tidy.rs", "xtask/src/main.rs"] {
        assert!(files.iter().any(|file| file.path == expected), "{expected} was not looked at");
    }
    let findings: Vec<String> =
        files.iter().flat_map(|file| RULES.iter().flat_map(|rule| rule(file))).collect();
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

fn found(rule: Rule, path: &str, text: &str) -> usize {
    rule(&File { path: path.to_string(), text: text.to_string() }).len()
}

#[test]
fn a_floor_above_is_noticed() {
    let found = |path: &str, text: &str| found(floors_hold, path, text);
    assert_eq!(
        found("src/jetstream/raft.rs", "use crate::nats::Subject;\nuse crate::kernel::Time;"),
        0
    );
    assert_eq!(found("src/jetstream/raft.rs", "use crate::server::Frame;"), 1);
    assert_eq!(found("src/jetstream.rs", "fn f() { crate::world::World::new() }"), 1);
    assert_eq!(found("src/kernel/sim.rs", "use crate::{kernel::Time, nats::Subject};"), 1);
    assert_eq!(
        found(
            "src/view/frame.rs",
            "use crate::{\n    kernel::Time,\n    app::{A, B as C},\n    world,\n};"
        ),
        2
    );
    assert_eq!(
        found("src/kernel/sim.rs", "/// [`World`](crate::world::World)\nuse crate::kernel::Time;"),
        0
    );
    assert_eq!(found("src/kernel/sim.rs", "use other_crate::nats::Subject;"), 0);
    assert_eq!(found("src/lib.rs", "use crate::app;"), 0);
    assert_eq!(found("src/helpers/mod.rs", "//! Anything."), 1);
}

#[test]
fn nats_may_know_four_names_of_the_kernel() {
    let found = |text: &str| found(floors_hold, "src/nats/nuid.rs", text);
    assert_eq!(found("use crate::kernel::{Ratio, Rng, Span, Time};"), 0);
    assert_eq!(found("use crate::kernel::{Rng, Sim, Time};"), 1);
    assert_eq!(found("use crate::kernel::*;"), 1);
    assert_eq!(found("use crate::kernel;"), 1);
}

#[test]
fn use_trees_are_taken_apart() {
    let paths = |text| {
        paths_from_the_crate(text).into_iter().map(|(_, path)| path.join("::")).collect::<Vec<_>>()
    };
    assert_eq!(
        paths("use crate::a::{b, c::{d, e as f}, g};"),
        ["a::b", "a::c::d", "a::c::e", "a::g"]
    );
    assert_eq!(
        paths("pub(crate) use crate::{a, b::*};\nlet x = crate::c::d(1);"),
        ["a", "b::*", "c::d"]
    );
}

#[test]
fn a_file_without_a_reason_is_noticed() {
    assert_eq!(found(files_say_why_they_exist, "src/kernel/id.rs", "use std::fmt;\n"), 1);
    assert_eq!(found(files_say_why_they_exist, "src/kernel/id.rs", "//! Names of processes.\n"), 0);
    assert_eq!(found(files_say_why_they_exist, "style/base.css", "body {}\n"), 0);
}

#[test]
fn a_long_file_is_noticed() {
    assert_eq!(found(files_are_short, "src/a.rs", &"x\n".repeat(MAX_LINES)), 0);
    assert_eq!(found(files_are_short, "src/a.rs", &"x\n".repeat(MAX_LINES + 1)), 1);
    assert_eq!(found(files_are_short, "README.md", &"x\n".repeat(MAX_LINES + 1)), 0);
}

#[test]
fn stray_whitespace_is_noticed() {
    let found = |text: &str| found(whitespace_is_clean, "src/a.rs", text);
    assert_eq!(found("a\n\nb\n"), 0);
    assert_eq!(found("a \nb\n"), 1);
    assert_eq!(found("\ta\n"), 1);
    assert_eq!(found("a\r\n"), 1);
    assert_eq!(found("a"), 1);
    assert_eq!(found("a\n\n"), 1);
}

#[test]
fn unfinished_work_is_noticed() {
    let found = |text: &str| found(nothing_is_left_to_do, "src/a.rs", text);
    assert_eq!(found(concat!("fn f() { to", "do!() }\n")), 1);
    assert_eq!(found(concat!("// FIX", "ME later\n// X", "XX\n")), 2);
    assert_eq!(found("let todos = 1;\n"), 0);
}

#[test]
fn a_long_line_is_noticed() {
    let found = |columns: usize| found(lines_are_short, "src/a.rs", &"é".repeat(columns));
    assert_eq!(found(MAX_COLUMNS), 0);
    assert_eq!(found(MAX_COLUMNS + 1), 1);
}

#[test]
fn a_private_path_is_noticed() {
    assert_eq!(
        found(nothing_names_a_machine, "README.md", concat!("see /ho", "me/ann/notes\n")),
        1
    );
    assert_eq!(found(nothing_names_a_machine, "README.md", "see target/tools\n"), 0);
}
