//! The examples do what they say, and `digits` names what is wrong with a table.

use std::process::{Command, Output};

#[path = "../examples/digits/pictures.rs"]
mod pictures;

/// Runs an example, built as this test is.
fn run(example: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["run", "--quiet", "--profile", "test", "--example", example, "--"])
        .args(arguments)
        .output()
        .expect("cargo runs")
}

#[test]
fn every_example_runs_and_shows_its_numbers() {
    for (example, rows) in [
        (
            "digits",
            &["1437 pictures to learn from, 360 held out", "7510 parameters", "read rightly, held out:   35"][..],
        ),
        ("rosenbrock", &["L-BFGS           100", "trust region     100", "Hessians:  forward over reverse, 25 runs"]),
        ("orbit", &["75.32 years in", "-13527.411910        -13527.411910", "comes back 91 days later"]),
        (
            "nist",
            &[
                "Bennett5: 154 observations, higher difficulty",
                "54 of 54 starts found all parameters to 6 digits or more",
                "52 of 54 found the residual sum of squares, too",
            ],
        ),
    ] {
        let output = run(example, &[]);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{example}: {err}");
        for row in rows {
            assert!(out.contains(row), "{example} does not show {row:?}:\n{out}");
        }
    }
}

#[test]
fn orbit_draws() {
    let path = std::env::temp_dir().join(format!("backprop-orbit-{}.svg", std::process::id()));
    let output = run("orbit", &["--svg", &path.to_string_lossy()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let svg = std::fs::read_to_string(&path).expect("the drawing");
    assert!(svg.starts_with("<svg") && svg.contains("as the derivative says"), "{svg}");
    std::fs::remove_file(&path).expect("our own file");
    assert_eq!(run("orbit", &["--sgv", "x"]).status.code(), Some(1));
}

#[test]
fn nist_draws_its_fits() {
    let folder = std::env::temp_dir().join(format!("backprop-nist-{}", std::process::id()));
    let output = run("nist", &["--svg", &folder.to_string_lossy()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let drawn: Vec<_> =
        std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("a file").path()).collect();
    assert_eq!(drawn.len(), 27);
    for path in drawn {
        let svg = std::fs::read_to_string(&path).expect("a drawing");
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>") && !svg.contains("NaN"), "{path:?}");
        assert!(svg.contains("digits in every parameter") && svg.contains("<circle"), "{path:?}");
    }
    std::fs::remove_dir_all(&folder).expect("our own folder");
    assert_eq!(run("nist", &["--sgv", "x"]).status.code(), Some(2));
}

#[test]
fn digits_draws_and_ends_with_code_1_if_it_must() {
    let folder = std::env::temp_dir().join(format!("backprop-digits-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = |name: &str| folder.join(name).to_string_lossy().into_owned();

    let output = run("digits", &["--loss", &file("loss.svg"), "--misread", &file("misread.svg")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "a progress bar where there is no terminal");
    for (name, parts) in [
        ("loss.svg", ["Cross-entropy while learning", "held out", "<polyline"]),
        ("misread.svg", [" of 360 misread", ", read as ", " % sure"]),
    ] {
        let svg = std::fs::read_to_string(file(name)).expect("a drawing");
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{svg}");
        parts.iter().for_each(|part| assert!(svg.contains(part), "{name} does not show {part:?}"));
    }

    // whoever learns from noise reads nothing
    let noise: String = (0..100)
        .map(|row| {
            let pixels = (0..64).map(|k| ((row * 7919 + k * 104_729) % 17).to_string() + ",");
            pixels.collect::<String>() + &format!("{}\n", row * row % 10)
        })
        .collect();
    std::fs::write(file("noise.csv"), noise).expect("a file");
    std::fs::write(file("bad.csv"), "1,2,3\n").expect("a file");
    std::fs::write(file("one.csv"), "0,".repeat(64) + "1\n").expect("a file");
    for (arguments, says) in [
        (vec![file("noise.csv")], "digits: fewer than 96 % were read rightly".to_string()),
        (
            vec![file("bad.csv")],
            format!(
                "digits: {}: line 1: expected 65 columns with commas between them (64 pixels, the digit), found 3",
                file("bad.csv")
            ),
        ),
        (
            vec![file("one.csv")],
            "digits: expected at least 2 pictures, one of them to be held out, found 1".to_string(),
        ),
        (vec!["--loss".into()], "digits: expected a file after --loss".to_string()),
        (
            vec!["--lost".into(), "x".into()],
            "digits: expected --loss FILE.svg, --misread FILE.svg or a table, found \"--lost\"".to_string(),
        ),
    ] {
        let output = run("digits", &arguments.iter().map(String::as_str).collect::<Vec<_>>());
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{err}");
        assert_eq!(err.lines().last().unwrap_or_default(), says);
    }
    std::fs::remove_dir_all(&folder).expect("our own folder");
}

#[test]
fn tables_of_digits_are_named_by_line_and_column() {
    let with = |at: usize, cell: &str| {
        let mut cells = vec!["0"; 65];
        cells[at] = cell;
        cells.join(",")
    };
    let header = (1..=64).map(|k| format!("pixel_{k}")).chain(["target".into()]).collect::<Vec<_>>().join(",");
    let shade = "expected a shade from 0 (paper) to 16 (ink)";
    for (text, problem) in [
        (with(4, "x"), r#"line 1, column 5 (pixel 5): expected a number, found "x""#.to_string()),
        (format!("{header}\n\n{}", with(4, "")), r#"line 3, column 5 (pixel 5): expected a number, found """#.into()),
        (format!("{header}\n{header}"), r#"line 2, column 1 (pixel 1): expected a number, found "pixel_1""#.into()),
        (with(63, "17"), format!(r#"line 1, column 64 (pixel 64): {shade}, found "17""#)),
        (with(0, "-1"), format!(r#"line 1, column 1 (pixel 1): {shade}, found "-1""#)),
        (with(0, "NaN"), format!(r#"line 1, column 1 (pixel 1): {shade}, found "NaN""#)),
        (with(64, "10"), r#"line 1, column 65 (digit): expected a digit from 0 to 9, found "10""#.into()),
        (with(64, "3.5"), r#"line 1, column 65 (digit): expected a digit from 0 to 9, found "3.5""#.into()),
        (with(64, "three"), r#"line 1, column 65 (digit): expected a digit from 0 to 9, found "three""#.into()),
        (
            format!("# ours\r\n{}\r\n1,2\r\n", with(0, "1")),
            "line 3: expected 65 columns with commas between them (64 pixels, the digit), found 2".into(),
        ),
    ] {
        assert_eq!(pictures::parse(text.as_bytes()), Err(problem), "{text:?}");
    }
    let good = format!("\u{feff}{header}\r\n{}\r\n# note\n{}\n", with(3, "16.0"), with(64, "9.0"));
    let read = pictures::parse(good.as_bytes()).expect("a good table");
    assert_eq!((read.len(), read[0].pixels[3], read[0].digit, read[1].digit), (2, pictures::INK, 0, 9));
}

#[test]
fn the_digits_are_those_of_the_repository() {
    let pictures = pictures::embedded().expect("good pictures");
    assert_eq!(pictures.len(), 1797);
    let ink: f64 = pictures.iter().flat_map(|picture| picture.pixels).sum();
    assert_eq!(ink, 561_718.0);
    let counts: Vec<usize> = (0..10).map(|d| pictures.iter().filter(|picture| picture.digit == d).count()).collect();
    assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    assert_eq!(pictures[0].pixels[..pictures::SIDE], [0.0, 0.0, 5.0, 13.0, 9.0, 1.0, 0.0, 0.0]);
}
