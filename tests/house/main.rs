//! The house rules, held by reading `src/`: floors, no unfinished or unsafe work, graph code without recursion, files
//! that can be read in one sitting, operations counted.

mod coverage;
mod floors;
mod source;

use source::{Module, modules, root};
use std::fs;

/// The room of a file: the first part of its path under `src`.
fn room(module: &Module) -> &str {
    module.path.first().map_or("lib", String::as_str)
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
    for Module { file: path, text, .. } in modules() {
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
    for Module { file: path, text, .. } in modules() {
        let lines = text.lines().count();
        assert!(lines <= 520, "{} has {lines} lines: split it by meaning", path.display());
    }
}

/// No function of the graph calls itself by name: depth must cost heap, not stack.
#[test]
fn the_graph_does_not_recurse() {
    let mut functions = 0;
    for module in modules() {
        if room(&module) != "graph" {
            continue;
        }
        let (path, lines) = (&module.file, module.code.lines().collect::<Vec<_>>());
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
                // `drop` of std's prelude is not the method of that name
                let free = if name == "drop" { String::from("Drop::drop(") } else { format!(" {name}(") };
                let calls_itself = [format!("self.{name}("), format!("Self::{name}("), free]
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
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).expect("text");
    let count = format!("{} operations", backprop::Op::ALL.len());
    assert!(changelog.contains(&count), "the changelog does not say {count:?}");
}
