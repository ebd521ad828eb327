//! Every public operation has a test that knows its answer, one that looks at its edges, and, if it can fail, one that
//! makes it fail. What is public is read from `src/`: whatever has documentation with an example.

use crate::source::{Module, modules, plain, root};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Where to look for one kind of operation.
struct Kind {
    name: &'static str,
    /// The files of `src/` that define them.
    of: &'static [&'static str],
    /// Tests that know the answer from elsewhere: other libraries, other modes, finite differences, by hand.
    answers: &'static [&'static str],
    /// Tests of kinks, rims, infinities, arrays with nothing in them.
    edges: &'static [&'static str],
    /// What needs no line of edges, and why.
    smooth: &'static [(&'static str, &'static [&'static str])],
    /// What needs no misuse line, and why.
    harmless: &'static [(&'static str, &'static [&'static str])],
    /// What needs no answer, and why.
    obvious: &'static [(&'static str, &'static [&'static str])],
    /// So many there are at least.
    at_least: usize,
}
const MISUSE: &[&str] = &["tests/misuse", "tests/drivers/containers.rs"];
const KINDS: &[Kind] = &[
    Kind {
        name: "arrays",
        of: &["array/"],
        answers: &["tests/arrays", "tests/rows/mixed"],
        edges: &[
            "tests/arrays/axes.rs",
            "tests/arrays/edges.rs",
            "tests/arrays/learn.rs",
            "tests/arrays/look.rs",
            "tests/rows/mixed",
        ],
        smooth: &[
            ("it gives back what was asked for", &["rate"]),
            ("it applies a formula of the user's, whose rows have edges", &["zip_map"]),
        ],
        harmless: &[],
        obvious: &[("it gives back what was asked for", &["rate"])],
        at_least: 60,
    },
    Kind {
        name: "drivers",
        of: &["drivers/", "gradients"],
        answers: &["tests/drivers", "tests/rows/taylor.rs", "tests/memory/drivers.rs", "tests/graph"],
        edges: &[
            "tests/drivers",
            "tests/rows/taylor.rs",
            "tests/misuse/drivers.rs",
            "tests/memory/drivers.rs",
            "tests/graph",
        ],
        smooth: &[],
        harmless: &[],
        obvious: &[],
        at_least: 20,
    },
    Kind {
        name: "numbers",
        of: &["node", "node/", "dual", "jet", "var", "rule/fold", "rule/branch"],
        answers: &["tests/graph", "tests/numbers", "tests/rows", "tests/drivers"],
        edges: &["tests"],
        smooth: &[],
        harmless: &[],
        obvious: &[],
        at_least: 30,
    },
];

/// What is known of an operation, and of its form that returns a `Result`.
#[derive(Default, Debug)]
struct Operation {
    fails: bool,
}

/// The operations of one kind, by name.
fn operations(kind: &Kind, modules: &[Module]) -> BTreeMap<String, Operation> {
    let mut found: BTreeMap<String, Operation> = BTreeMap::new();
    let mut add = |name: &str, fails: bool| {
        let operation = found.entry(name.strip_prefix("try_").unwrap_or(name).to_string()).or_default();
        operation.fails |= fails;
    };
    let belongs = |module: &&Module| {
        let path = module.path.join("/");
        kind.of.iter().any(|of| if of.ends_with('/') { path.starts_with(of) } else { path == *of })
    };
    for module in modules.iter().filter(belongs) {
        let (mut example, mut fails, mut headed, mut table) = (false, false, false, false);
        for line in module.text.lines().map(str::trim_start) {
            if let Some(documentation) = line.strip_prefix("///") {
                example |= documentation.contains("```");
                // that it hands on a panic of the user's is no way of its own to fail
                let own = !["If the closure panics.", "If the function panics."].contains(&documentation.trim());
                fails |= headed && own;
                headed = documentation.contains("# Panics") || documentation.contains("# Errors");
            } else if let Some(function) = line.strip_prefix("pub fn ").or_else(|| line.strip_prefix("pub const fn ")) {
                let name: String = function.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if example && !name.is_empty() {
                    add(&name, fails);
                }
                (example, fails) = (false, false);
            } else if table && line.starts_with("[To::") {
                // a line of the table of reductions: each has six methods, all of which can fail
                let names = line.split(']').nth(1).unwrap_or_default().split('(').next().unwrap_or_default();
                names.split_whitespace().for_each(|name| add(name, true));
            } else if !line.starts_with("#[") {
                (example, fails) = (false, false);
            }
            table = line.starts_with("reductions! {") || table && line != "}";
        }
    }
    found
}

/// The code of all tests under some folders or files.
fn tests(under: &[&str]) -> String {
    fn read(path: &Path, all: &mut String) {
        if path.is_dir() {
            let mut entries: Vec<_> =
                fs::read_dir(path).expect("a folder").map(|e| e.expect("an entry").path()).collect();
            entries.sort();
            entries.iter().filter(|entry| !entry.ends_with("house")).for_each(|entry| read(entry, all));
        } else if path.extension().is_some_and(|e| e == "rs") {
            all.push_str(&plain(&fs::read_to_string(path).expect("text")));
        }
    }
    let mut all = String::new();
    under.iter().for_each(|path| read(&root().join(path), &mut all));
    all
}

/// Whether it is called: by its name or with `try_` in front.
fn calls(code: &str, name: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].strip_suffix("try_").unwrap_or(&code[..at]);
        let after = code[at + name.len()..].trim_start_matches('_');
        !before.ends_with(is_name) && (after.starts_with('(') || after.starts_with("::<") || after.starts_with("!("))
    })
}

#[test]
fn every_operation_is_tested() {
    let modules = modules();
    let mut gaps = Vec::new();
    for kind in KINDS {
        let operations = operations(kind, &modules);
        assert!(operations.len() >= kind.at_least, "only {} {} were seen", operations.len(), kind.name);
        let misuse = tests(MISUSE);
        for (what, code, excused) in [
            ("answer", tests(kind.answers), kind.obvious),
            ("edge", tests(kind.edges), kind.smooth),
            ("misuse", misuse, kind.harmless),
        ] {
            let without: Vec<&str> = operations
                .iter()
                .filter(|(name, operation)| (what != "misuse" || operation.fails) && !calls(&code, name))
                .map(|(name, _)| name.as_str())
                .collect();
            let excused: Vec<&str> = excused.iter().flat_map(|(_, names)| names.iter().copied()).collect();
            gaps.extend(
                without
                    .iter()
                    .filter(|name| !excused.contains(name))
                    .map(|name| format!("{}: no {what} for {name}", kind.name)),
            );
            gaps.extend(
                excused
                    .iter()
                    .filter(|name| !without.contains(name))
                    .map(|name| format!("{}: {name} is excused from {what}, but has it, or is no more", kind.name)),
            );
        }
    }
    assert!(gaps.is_empty(), "{} gaps:\n{}", gaps.len(), gaps.join("\n"));
}
