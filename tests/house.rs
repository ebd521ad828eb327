//! The house rules, held by reading `src/`: floors, no unfinished or unsafe work, graph code without recursion, files
//! that can be read in one sitting, operations counted.

use std::fs;
use std::path::{Path, PathBuf};

/// A file may use only lower floors (and its own).
const FLOORS: &[(&str, u32)] = &[
    ("error", 0),
    ("simd", 0),
    ("local", 0),
    ("number", 1),
    ("rule", 1),
    ("ops", 1),
    ("dual", 2),
    ("jet", 2),
    ("graph", 3),
    ("tape", 3),
    ("node", 4),
    ("var", 4),
    ("array", 4),
    ("custom", 4),
    ("field", 5),
    ("gradients", 5),
    ("layer", 5),
    ("check", 6),
    ("draw", 6),
    ("drivers", 6),
    ("guide", 7),
];

/// Every source file, with its text.
fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).expect("src can be read") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).expect("text");
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 15, "only {} files found", found.len());
    found
}

/// What is not a test: `tests.rs`, `tests/` and `#[cfg(test)]` modules at the end of a file may do more.
fn product() -> Vec<(PathBuf, String)> {
    sources().into_iter().filter(|(path, _)| !path.iter().any(|part| part == "tests" || part == "tests.rs")).collect()
}

/// The lines of code, without comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(|line| line.split("//").next().unwrap_or("")).filter(|line| !line.trim().is_empty())
}

/// The floor of a file: that of the first part of its path under `src`.
fn room(path: &Path) -> String {
    let under = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("under src");
    let first = under.iter().next().expect("a part").to_string_lossy();
    first.trim_end_matches(".rs").to_string()
}

/// Every room that a file names: `crate::room`, also within braces.
fn named_rooms(text: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for line in code(text) {
        for (at, _) in line.match_indices("crate::") {
            let rest = &line[at + "crate::".len()..];
            let names: Vec<&str> = match rest.strip_prefix('{') {
                Some(list) => list.split([',', '}']).map(str::trim).collect(),
                None => vec![rest],
            };
            for name in names {
                let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
                rooms.push(name[..end].to_string());
            }
        }
    }
    rooms
}

#[test]
fn files_use_only_lower_floors() {
    let floor = |room: &str| FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor);
    let mut seen = 0;
    for (path, text) in product() {
        let here = room(&path);
        if here == "lib" {
            continue;
        }
        let own = floor(&here).unwrap_or_else(|| panic!("{} has no floor: give src/{here} one", path.display()));
        for other in named_rooms(&text) {
            // a root re-export, `crate::Node`, is judged by where it lives
            let other = match other.as_str() {
                "Node" | "NodeArray" | "NodeArrayD" => "graph",
                "Dual" => "dual",
                "Error" => "error",
                "Elementary" | "Number" | "Float" => "number",
                other => other,
            };
            if let Some(theirs) = floor(other) {
                seen += 1;
                assert!(theirs <= own, "{} (floor {own}) uses {other} (floor {theirs})", path.display());
            }
        }
    }
    assert!(seen > 40, "only {seen} uses were seen: this test has lost its eyes");
}

/// The one file that implements `unsafe fn`s: two methods of simba's `SimdValue`, with nothing unsafe in them.
const LANES: &str = "src/field/lanes.rs";

#[test]
fn nothing_is_unfinished_or_unsafe() {
    const FORBIDDEN: &[&str] = &[
        "todo!",
        "unimplemented!",
        "unreachable!",
        ".unwrap()",
        "catch_unwind",
        "unsafe ",
        "(unsafe_code)",
        "dbg!",
        "println!",
    ];
    let mut methods = 0;
    for (path, text) in product() {
        let lanes = path.ends_with(LANES);
        for (number, line) in text.lines().enumerate() {
            let line = line.split("//").next().unwrap_or("");
            if lanes && line.trim_start().starts_with("unsafe fn ") {
                methods += 1;
                continue;
            }
            for word in FORBIDDEN.iter().filter(|word| !(lanes && **word == "(unsafe_code)")) {
                assert!(!line.contains(word), "{}:{} has {word}", path.display(), number + 1);
            }
        }
        assert!(!lanes || text.matches("# Safety").count() == 2, "{LANES} says for each of them why it is safe");
    }
    assert_eq!(methods, 2, "unsafe methods in {LANES}");
}

#[test]
fn files_can_be_read_in_one_sitting() {
    for (path, text) in product() {
        let lines = text.lines().count();
        assert!(lines <= 520, "{} has {lines} lines: split it by meaning", path.display());
    }
}

/// No function of the graph calls itself by name: depth must cost heap, not stack.
#[test]
fn the_graph_does_not_recurse() {
    let mut functions = 0;
    for (path, text) in product() {
        if room(&path) != "graph" {
            continue;
        }
        let lines: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or("")).collect();
        for (start, line) in lines.iter().enumerate() {
            let Some(at) = line.find("fn ") else { continue };
            let name: String = line[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if name.is_empty() {
                continue;
            }
            functions += 1;
            let indent = line.len() - line.trim_start().len();
            let closing = format!("{}}}", " ".repeat(indent));
            for (number, inner) in lines.iter().enumerate().skip(start + 1).take_while(|(_, l)| **l != closing) {
                let calls_itself = [format!("self.{name}("), format!("Self::{name}("), format!(" {name}(")]
                    .iter()
                    .any(|call| inner.contains(call.as_str()) && !inner.contains("fn "));
                assert!(!calls_itself, "{}:{} calls {name} inside {name}", path.display(), number + 1);
            }
        }
    }
    assert!(functions > 50, "only {functions} functions were seen: this test has lost its eyes");
}

/// The README's count is the table's.
#[test]
fn the_changelog_counts_the_rows() {
    let changelog = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("CHANGELOG.md")).expect("text");
    let count = format!("{} operations", backprop::Op::ALL.len());
    assert!(changelog.contains(&count), "the changelog does not say {count:?}");
}
