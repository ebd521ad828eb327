//! Tests of the tests: with each slope expression wrong in turn, one of the checks must fail.

use super::checks;
use super::rows::slope_names;
use crate::rule::fault::{self, Fault};
use std::collections::{BTreeMap, BTreeSet};

/// The files whose slope expressions have names of their own; those of the rows follow from the table.
const SOURCES: [(&str, &str); 4] = [
    ("kinks.rs", include_str!("../kinks.rs")),
    ("fold.rs", include_str!("../fold.rs")),
    ("learning.rs", include_str!("../learning.rs")),
    ("special.rs", include_str!("../special.rs")),
];

/// An expression for subnormal operands, where second derivatives are beyond the range: no check asks for them.
const FIRST_ORDER: [&str; 1] = ["log' subnormal argument"];

/// Every name of a slope expression in the sources, each once.
fn names() -> BTreeSet<&'static str> {
    let mut names = slope_names();
    for (file, source) in SOURCES {
        let sites = source.split("slip!(").skip(1);
        names.extend(sites.map(|site| {
            let name = site.strip_prefix('"').and_then(|rest| rest.split('"').next());
            name.unwrap_or_else(|| {
                panic!("a slope expression in {file} has no literal name: {}", &site[..site.len().min(60)])
            })
        }));
    }
    let unique: BTreeSet<&str> = names.iter().copied().collect();
    for name in &unique {
        assert_eq!(names.iter().filter(|other| *other == name).count(), 1, "slope expressions named {name:?}");
    }
    unique
}

/// A slope expression: the checks that come to it, and whether any of them sees it vary.
#[derive(Default)]
struct Site {
    visits: Vec<usize>,
    varies: bool,
}

#[test]
fn every_wrong_slope_is_noticed() {
    let checks = checks();
    let mut sites: BTreeMap<&str, Site> = BTreeMap::new();
    for (k, check) in checks.iter().enumerate() {
        let (result, seen) = fault::seen(|| (check.run)());
        assert_eq!(result, Ok(()), "{}", check.name);
        for (name, varies) in seen {
            let site = sites.entry(name).or_default();
            site.visits.push(k);
            site.varies |= varies;
        }
    }
    assert_eq!(sites.keys().copied().collect::<BTreeSet<_>>(), names(), "expressions that the checks come to");

    for (fault, all) in [(Fault::Scaled, true), (Fault::Frozen, false)] {
        let caught =
            |name, site: &Site| site.visits.iter().any(|&k| fault::with(name, fault, || (checks[k].run)()).is_err());
        let wrong = sites.iter().filter(|(name, site)| all || site.varies && !FIRST_ORDER.contains(name));
        let (caught, missed): (Vec<_>, Vec<_>) = wrong.partition(|(name, site)| caught(name, site));
        println!("{fault:?}: {} slope expressions, {} caught", caught.len() + missed.len(), caught.len());
        let missed: Vec<&str> = missed.into_iter().map(|(name, _)| *name).collect();
        assert!(missed.is_empty(), "{fault:?} and not noticed: {missed:?}");
    }
}
