//! Reading `src/`: modules, what is code in them, and which module names which.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A file of the library, as the compiler sees it outside of tests.
pub struct Module {
    /// `["graph", "sweep"]` for `src/graph/sweep.rs`; nothing for `src/lib.rs`.
    pub path: Vec<String>,
    pub file: PathBuf,
    /// All of it.
    pub text: String,
    /// Without comments, without what stands in quotes, and without what is for tests only; lines stay lines.
    pub code: String,
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every module but those of tests.
pub fn modules() -> Vec<Module> {
    fn walk(folder: &Path, found: &mut Vec<Module>) {
        for entry in fs::read_dir(folder).expect("src can be read") {
            let file = entry.expect("an entry").path();
            if file.ends_with("tests") || file.ends_with("tests.rs") {
                continue;
            }
            if file.is_dir() {
                walk(&file, found);
            } else if file.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&file).expect("text");
                let under = file.strip_prefix(root().join("src")).expect("under src").with_extension("");
                let path: Vec<String> = under.iter().map(|part| part.to_string_lossy().into_owned()).collect();
                let path = if path == ["lib"] { Vec::new() } else { path };
                found.push(Module { path, code: outside_tests(&plain(&text)), file, text });
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join("src"), &mut found);
    assert!(found.len() > 15, "only {} files found", found.len());
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn is_name(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_'
}

/// Blanks in place of comments and of what stands in quotes.
pub fn plain(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text.as_bytes()[at..];
        let raw = rest[0] == b'r' && (at == 0 || !is_name(bytes[at - 1]));
        let hashes = rest[1..].iter().take_while(|c| **c == b'#').count();
        let end = if rest.starts_with(b"//") {
            at + rest.iter().position(|c| *c == b'\n').unwrap_or(rest.len())
        } else if rest.starts_with(b"/*") {
            at + find(rest, b"*/").map_or(rest.len(), |length| length + 2)
        } else if raw && rest.get(1 + hashes) == Some(&b'"') {
            let closing: Vec<u8> = std::iter::once(b'"').chain(vec![b'#'; hashes]).collect();
            let inside = 2 + hashes;
            at + find(&rest[inside..], &closing).map_or(rest.len(), |length| inside + length + closing.len())
        } else if rest[0] == b'"' {
            let mut length = 1;
            while length < rest.len() && rest[length] != b'"' {
                length += if rest[length] == b'\\' { 2 } else { 1 };
            }
            at + length + 1
        } else if rest[0] == b'\'' && rest.get(1) == Some(&b'\\') {
            at + 3 + rest[3..].iter().position(|c| *c == b'\'').unwrap_or(0) + 1
        } else if rest[0] == b'\'' && rest.get(2) == Some(&b'\'') {
            at + 3
        } else {
            at += 1;
            continue;
        };
        let end = end.min(bytes.len());
        code[at..end].iter_mut().filter(|c| **c != b'\n').for_each(|c| *c = b' ');
        at = end;
    }
    // what is left of a letter that is no ASCII is blank, too
    code.iter_mut().filter(|c| !c.is_ascii()).for_each(|c| *c = b' ');
    String::from_utf8(code).expect("ASCII")
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Where the bracket that opens at `open` closes.
pub fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0_i32;
    for (at, c) in code.bytes().enumerate().skip(open) {
        match c {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    code.len()
}

/// Blanks in place of each item behind `#[cfg(test)]`.
fn outside_tests(code: &str) -> String {
    let mut left = code.as_bytes().to_vec();
    for (start, attribute) in code.match_indices("#[cfg(test)]") {
        let mut at = start + attribute.len();
        let end = loop {
            match code.as_bytes().get(at) {
                Some(b';') => break at + 1,
                Some(b'{') => break closing(code, at) + 1,
                Some(b'(' | b'[') => at = closing(code, at) + 1,
                Some(_) => at += 1,
                None => break code.len(),
            }
        };
        left[start..end.min(code.len())].iter_mut().filter(|c| **c != b'\n').for_each(|c| *c = b' ');
    }
    String::from_utf8(left).expect("ASCII")
}

/// The modules that are written out within a file.
fn inner_modules(code: &str) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("mod ") {
        if at > 0 && is_name(code.as_bytes()[at - 1]) {
            continue;
        }
        let name: String = code[at + 4..].chars().take_while(|c| is_name(*c as u8)).collect();
        let after = code[at + 4 + name.len()..].trim_start();
        if after.starts_with('{') {
            let open = code.len() - after.len();
            found.push((open..closing(code, open), name));
        }
    }
    found
}

/// The paths of a tree `a::{b, c::d as e}` that begins at `at`: each with the name that it gets.
fn tree(code: &str, at: &mut usize, before: &[String], paths: &mut Vec<(Vec<String>, String)>) {
    let bytes = code.as_bytes();
    let blanks = |at: &mut usize| {
        while bytes.get(*at).is_some_and(u8::is_ascii_whitespace) {
            *at += 1;
        }
    };
    let mut path = before.to_vec();
    loop {
        blanks(at);
        match bytes.get(*at) {
            Some(b'{') => {
                let end = closing(code, *at);
                *at += 1;
                while *at < end {
                    let start = *at;
                    tree(code, at, &path, paths);
                    blanks(at);
                    if bytes.get(*at) == Some(&b',') || *at == start {
                        *at += 1;
                    }
                    blanks(at);
                }
                *at = end + 1;
                return;
            }
            Some(b'*') => {
                *at += 1;
                paths.push((path, "*".into()));
                return;
            }
            Some(c) if is_name(*c) => {
                let start = *at;
                while bytes.get(*at).copied().is_some_and(is_name) {
                    *at += 1;
                }
                if &code[start..*at] != "self" || path.is_empty() {
                    path.push(code[start..*at].to_string());
                }
            }
            _ => break,
        }
        if code[*at..].starts_with("::") {
            *at += 2;
        } else {
            break;
        }
    }
    let mut name = path.last().cloned().unwrap_or_default();
    if let Some(rest) = code[*at..].strip_prefix(" as ") {
        name = rest.chars().take_while(|c| is_name(*c as u8)).collect();
        *at += " as ".len() + name.len();
    }
    paths.push((path, name));
}

/// All modules, with what each names and what each hands on.
pub struct House {
    pub modules: Vec<Module>,
    /// Of each module: name, and the path that it stands for.
    exports: Vec<Vec<(String, Vec<String>)>>,
}
impl House {
    pub fn read() -> Self {
        let modules = modules();
        let mut exports = vec![Vec::new(); modules.len()];
        for (module, exports) in modules.iter().zip(&mut exports) {
            for (at, word) in module.code.match_indices("use ") {
                let line = &module.code[module.code[..at].rfind('\n').map_or(0, |line| line + 1)..at];
                if !line.trim_start().starts_with("pub") {
                    continue;
                }
                let inner: Vec<_> =
                    inner_modules(&module.code).into_iter().filter(|(range, _)| range.contains(&at)).collect();
                if !inner.is_empty() {
                    continue;
                }
                let (mut at, mut paths) = (at + word.len(), Vec::new());
                tree(&module.code, &mut at, &[], &mut paths);
                exports.extend(paths.into_iter().map(|(path, name)| (name, absolute(&module.path, &path))));
            }
        }
        House { modules, exports }
    }
    fn file_of(&self, path: &[String]) -> Option<usize> {
        self.modules.binary_search_by(|module| module.path.as_slice().cmp(path)).ok()
    }
    /// The module in which the thing at the end of a path lives, through all that hand it on.
    fn home_of(&self, path: &[String]) -> usize {
        let mut path = path.to_vec();
        for _ in 0..8 {
            let (length, module) = (0..=path.len())
                .rev()
                .find_map(|length| self.file_of(&path[..length]).map(|module| (length, module)))
                .expect("the root has a file");
            let Some(name) = path.get(length) else { return module };
            match self.exports[module].iter().find(|(export, target)| export == name && *target != path[..=length]) {
                Some((_, target)) => path = target.iter().chain(&path[length + 1..]).cloned().collect(),
                None => return module,
            }
        }
        panic!("{path:?} is handed on in a circle");
    }
    /// Every module that a module names by `crate::`, `super::` or `self::`, with the line.
    pub fn named_by(&self, module: &Module) -> Vec<(usize, usize)> {
        let code = &module.code;
        let inner = inner_modules(code);
        let mut named = Vec::new();
        for start in ["crate::", "super::", "self::"] {
            for (at, _) in code.match_indices(start) {
                if at > 0 && (is_name(code.as_bytes()[at - 1]) || code.as_bytes()[at - 1] == b':') {
                    continue;
                }
                let mut here = module.path.clone();
                here.extend(inner.iter().filter(|(range, _)| range.contains(&at)).map(|(_, name)| name.clone()));
                let (mut end, mut paths) = (at, Vec::new());
                tree(code, &mut end, &[], &mut paths);
                let line = code[..at].lines().count();
                named.extend(paths.iter().map(|(path, _)| (self.home_of(&absolute(&here, path)), line)));
            }
        }
        named
    }
}

/// A path as seen from the root.
fn absolute(here: &[String], path: &[String]) -> Vec<String> {
    let mut from = match path.first().map(String::as_str) {
        Some("crate") => Vec::new(),
        _ => here.to_vec(),
    };
    for part in path {
        match part.as_str() {
            "crate" | "self" => {}
            "super" => drop(from.pop()),
            part => from.push(part.to_string()),
        }
    }
    from
}

/// Sets of modules each of which needs all others of its set, the largest first; those of one module left out.
pub fn circles(names: &[String], uses: &[(usize, usize)]) -> Vec<Vec<String>> {
    let n = names.len();
    let mut reaches = vec![vec![false; n]; n];
    uses.iter().for_each(|&(a, b)| reaches[a][b] = true);
    for k in 0..n {
        for i in 0..n {
            if reaches[i][k] {
                let further = reaches[k].clone();
                reaches[i].iter_mut().zip(further).for_each(|(reaches, further)| *reaches |= further);
            }
        }
    }
    let mut found: Vec<Vec<String>> = Vec::new();
    for (i, row) in reaches.iter().enumerate() {
        let circle: Vec<usize> = (0..n).filter(|&j| i != j && row[j] && reaches[j][i]).collect();
        if circle.first().is_some_and(|&first| i < first) {
            found.push(std::iter::once(i).chain(circle).map(|k| names[k].clone()).collect());
        }
    }
    found.sort_by_key(|circle| std::cmp::Reverse(circle.len()));
    found
}

/// The reader reads what it should.
#[test]
fn the_reader_has_its_eyes() {
    let code = plain("a // b\n\"c\\\"{\" 'd' &'e r#\"f\"g\"# /* h */ '\\'' i");
    let words: Vec<&str> = code.split_whitespace().collect();
    assert_eq!(words, ["a", "&'e", "i"]);
    let code = outside_tests("fn a() {}\n#[cfg(test)]\nmod tests { fn b() {} }\n#[cfg(test)]\nuse c;\nfn d() {}");
    assert_eq!(code.split_whitespace().collect::<String>(), "fna(){}fnd(){}");
    let mut paths = Vec::new();
    tree("super::{a::{self, B as C}, d::*, E}", &mut 0, &[], &mut paths);
    let here = ["x", "y"].map(String::from);
    let all: Vec<String> = paths.iter().map(|(path, name)| absolute(&here, path).join("/") + "=" + name).collect();
    assert_eq!(all, ["x/a=a", "x/a/B=C", "x/d=*", "x/E=E"]);
    let names = ["a", "b", "c", "d"].map(String::from);
    assert_eq!(circles(&names, &[(0, 1), (1, 2), (2, 0), (3, 0)]), [["a", "b", "c"].map(String::from).to_vec()]);
}
