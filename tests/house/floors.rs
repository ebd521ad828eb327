//! The floors: of the whole house, and of the files inside its two large rooms.

use crate::source::{House, Module, circles};

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

/// A room whose files have floors of their own. The file of the room itself (`src/graph.rs`) may name all of them; what
/// it defines stands on the floor of `""`.
struct Room {
    name: &'static str,
    /// From the lowest.
    floors: &'static [&'static [&'static str]],
    /// The most files that need one another: what is fewer is written down here.
    largest_circle: usize,
}
const ROOMS: &[Room] = &[
    Room {
        name: "graph",
        floors: &[
            &["cell", "flags", "pool", "recorded"],
            &["values"],
            &["flow"],
            &["body"],
            &["scratch"],
            &["array", "handle", "home", "payload"],
            &["release", "settle"],
            &["stats"],
            &["homes"],
            &["modes"],
            &["anomaly"],
            &["operations", "record"],
            &["look", "sweep", "tracing"],
        ],
        largest_circle: 4,
    },
    Room { name: "array", floors: &[&["data"], &["record"], &["rule"], &["", "surface"]], largest_circle: 0 },
];

fn named(module: &Module) -> (&str, &str) {
    let part = |k: usize| module.path.get(k).map_or("", String::as_str);
    (part(0), part(1))
}

#[test]
fn files_use_only_lower_floors() {
    let floor = |room: &str| FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor);
    let house = House::read();
    let (mut seen, mut upward) = (0, Vec::new());
    for module in house.modules.iter().filter(|module| !module.path.is_empty()) {
        let here = named(module).0;
        let own = floor(here).unwrap_or_else(|| panic!("{} has no floor: give src/{here} one", module.file.display()));
        for (other, line) in house.named_by(module) {
            let other = named(&house.modules[other]).0;
            // what is left at the root has no floor: its macros, and modules that only hand things on
            let Some(theirs) = floor(other) else { continue };
            seen += usize::from(other != here);
            if theirs > own {
                upward.push(format!("{}:{line} (floor {own}) uses {other} (floor {theirs})", module.file.display()));
            }
        }
    }
    assert!(upward.is_empty(), "{} uses go upward:\n{}", upward.len(), upward.join("\n"));
    assert!(seen > 200, "only {seen} uses were seen: this test has lost its eyes");
}

#[test]
fn files_of_a_room_use_only_its_lower_floors() {
    let house = House::read();
    let mut wrong = Vec::new();
    for room in ROOMS {
        let floor = |file: &str| room.floors.iter().position(|floor| floor.contains(&file));
        let mut seen = 0;
        for module in house.modules.iter().filter(|module| module.path.len() > 1 && module.path[0] == room.name) {
            let here = named(module).1;
            let Some(own) = floor(here) else {
                wrong.push(format!("src/{}/{here} has no floor", room.name));
                continue;
            };
            for (other, line) in house.named_by(module) {
                let (their_room, other) = named(&house.modules[other]);
                if their_room != room.name || other == here {
                    continue;
                }
                seen += 1;
                match floor(other) {
                    Some(theirs) if theirs <= own => {}
                    theirs => wrong.push(format!(
                        "{}:{line} (floor {own}) uses {other:?} (floor {theirs:?})",
                        module.file.display()
                    )),
                }
            }
        }
        assert!(seen > 60, "only {seen} uses in src/{} were seen: this test has lost its eyes", room.name);
        let names: Vec<String> = house.modules.iter().map(|module| module.path.join("/")).collect();
        let inside = |k: usize| house.modules[k].path.len() > 1 && house.modules[k].path[0] == room.name;
        let mut uses = Vec::new();
        for (k, module) in house.modules.iter().enumerate().filter(|(k, _)| inside(*k)) {
            uses.extend(
                house.named_by(module).iter().map(|(other, _)| (k, *other)).filter(|(_, other)| inside(*other)),
            );
        }
        let circles = circles(&names, &uses);
        println!("circles in src/{}: {circles:?}", room.name);
        let largest = circles.first().map_or(0, Vec::len);
        if largest != room.largest_circle {
            wrong.push(format!("{largest} files of src/{} need one another: {:?}", room.name, circles.first()));
        }
        for file in room.floors.iter().copied().flatten().filter(|file| !file.is_empty()) {
            if !house.modules.iter().any(|module| named(module) == (room.name, *file)) {
                wrong.push(format!("there is no src/{}/{file}", room.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
