//! The examples do what they say, and `iris` names what is wrong with a table.

use std::process::{Command, Output};

#[path = "../examples/iris/flowers.rs"]
mod flowers;
use flowers::{Flower, Flowers};

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
        ("apples", &["number of apples    2                   110.00000000000001"][..]),
        ("apples_oranges", &["price of an orange  150                 3.3000000000000003", "715.0000000000001"]),
        ("layers", &["2 apples: 220.00000000000003 yen", "  by number of oranges  165"]),
        ("custom", &[" 45° "]),
        ("second_order", &["gradients of gradients              1330.000  480.000"]),
        ("iris", &["120 flowers to learn from, 30 held out", "named rightly, held out:   29 of 30"]),
        (
            "black_scholes",
            &[
                "Hull 15.11, stock      call     1.875      0.235   0.234513",
                "delta      0.521604661066",
                "from the closed form",
            ],
        ),
        ("pinn", &["  0.00   0.000000   0.000000", "largest error: "]),
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
fn the_chapters_examples_draw() {
    let folder = std::env::temp_dir().join(format!("backprop-drawn-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    for example in ["apples", "apples_oranges"] {
        for (option, begins) in [("--svg", "<svg "), ("--html", "<!DOCTYPE html>")] {
            let path = folder.join(example);
            let output = run(example, &[option, &path.to_string_lossy()]);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let drawn = std::fs::read_to_string(&path).expect("the drawing");
            assert!(drawn.starts_with(begins) && drawn.contains("number of apples"), "{example} {option}");
        }
        assert_eq!(run(example, &["--sgv", "x"]).status.code(), Some(2));
        assert_eq!(run(example, &["--svg", &folder.join("none").join("x").to_string_lossy()]).status.code(), Some(1));
    }
    std::fs::remove_dir_all(&folder).expect("our own folder");
}

#[test]
fn iris_ends_with_code_1_and_says_why() {
    let folder = std::env::temp_dir().join(format!("backprop-iris-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let bad = folder.join("bad.csv");
    std::fs::write(&bad, "5.1,3.5,1.4,0.2,setosa\n5.1,3.5,abc,0.2,setosa\n").expect("a file");
    let (bad, none) = (bad.to_string_lossy(), folder.join("none.csv"));
    for (path, problem) in
        [(&*bad, "line 2, column 3 (petal length): expected a number, found \"abc\""), (&*none.to_string_lossy(), "")]
    {
        let output = run("iris", &[path]);
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{err}");
        let said = err.lines().last().unwrap_or_default();
        assert!(said.starts_with(&format!("iris: {path}: ")) && said.ends_with(problem), "{err}");
    }
    std::fs::remove_dir_all(&folder).expect("our own folder");
}

#[test]
fn malformed_tables_are_named_by_line_and_column() {
    let columns =
        "expected 5 columns with commas between them (sepal length, sepal width, petal length, petal width, species)";
    let range = "expected a length in cm, above 0 and below 1000";
    for (text, problem) in [
        // cells
        ("5.1,3.5,abc,0.2,a", r#"line 1, column 3 (petal length): expected a number, found "abc""#.into()),
        ("5.1,3.5,1.4,0.2,a\n\n# note\r\n4.9,3.0,,0.2,a", r#"line 4, column 3 (petal length): expected a number, found """#.into()),
        ("5.1,3.5,1.4,0.2,a\r\n\r\n4.9,x,1.4,0.2,a\r\n", r#"line 3, column 2 (sepal width): expected a number, found "x""#.into()),
        ("\"5,1\",\"3,5\",1.4,0.2,a", r#"line 1, column 1 (sepal length): expected a number, found "5,1""#.into()),
        ("5.1,3.5,1.4,NaN,a", format!(r#"line 1, column 4 (petal width): {range}, found "NaN""#)),
        ("5.1,inf,1.4,0.2,a", format!(r#"line 1, column 2 (sepal width): {range}, found "inf""#)),
        ("-5.1,3.5,1.4,0.2,a", format!(r#"line 1, column 1 (sepal length): {range}, found "-5.1""#)),
        ("5.1,3.5,0,0.2,a", format!(r#"line 1, column 3 (petal length): {range}, found "0""#)),
        ("5.1,3.5,1e308,0.2,a", format!(r#"line 1, column 3 (petal length): {range}, found "1e308""#)),
        ("5.1,3.5,1.4,0.2, ", "line 1, column 5 (species): expected a species, found nothing".into()),
        // columns
        ("5.1,3.5,1.4,0.2", format!("line 1: {columns}, found 4")),
        ("5.1,3.5,1.4,0.2,a\n1,5.1,3.5,1.4,0.2,a", format!("line 2: {columns}, found 6")),
        ("5.1;3.5;1.4;0.2;a", format!("line 1: {columns}, found 1")),
        ("5.1,\"3.5,1.4,0.2,a\n4.9,3.0,1.4,0.2,b", format!("line 1: {columns}, found 2")),
        // headers
        (
            "petal_length,petal_width,sepal_length,sepal_width,species\n1.4,0.2,5.1,3.5,a",
            r#"line 1, column 1 (sepal length): expected a number or, in a header, "sepal length", found "petal_length""#.into(),
        ),
        (
            "sepal length,sepal width,petal length,petal width,species\nsepal length,3.5,1.4,0.2,a",
            r#"line 2, column 1 (sepal length): expected a number, found "sepal length""#.into(),
        ),
        // the whole table
        ("", "the table is empty: expected at least one flower of each of two species".into()),
        ("# nothing\n\n", "the table is empty: expected at least one flower of each of two species".into()),
        ("sepal length,sepal width,petal length,petal width,species\n",
            "the table is empty: expected at least one flower of each of two species".into()),
        ("5.1,3.5,1.4,0.2,a\n4.9,3.0,1.4,0.2,a", r#"all flowers are of the species "a": expected at least two species"#.into()),
    ] {
        let problem: String = problem;
        assert_eq!(Flowers::parse(text.as_bytes()), Err(problem), "{text:?}");
    }
    let not_utf8 = Flowers::parse(b"5.1,3.5,1.4,\xff,a");
    assert_eq!(not_utf8, Err("line 1, column 4 (petal width): expected a number, found \"\u{fffd}\"".into()));
}

#[test]
fn tables_as_others_write_them_are_read() {
    let expected = Flowers {
        species: vec!["setosa".into(), "virginica".into()],
        flowers: vec![
            Flower { lengths: [5.1, 3.5, 1.4, 0.2], species: 0 },
            Flower { lengths: [6.3, 3.3, 6.0, 2.5], species: 1 },
        ],
    };
    for text in [
        "5.1,3.5,1.4,0.2,setosa\n6.3,3.3,6.0,2.5,virginica",
        "5.1,3.5,1.4,0.2,setosa\r\n6.3,3.3,6.0,2.5,virginica\r\n\r\n",
        "\u{feff}# from a spreadsheet\nsepal length (cm),sepal width (cm),petal length (cm),petal width (cm),target\n 5.1, 3.5, 1.4, .2, setosa\n6.3,3.3,6,2.5,virginica\n",
        "\"Sepal.Length\",\"Sepal.Width\",\"Petal.Length\",\"Petal.Width\",\"Species\"\n5.1,3.5,1.4,0.2,\"setosa\"\n6.3,3.3,6,2.5,\"virginica\"\n",
        "SepalLengthCm,SepalWidthCm,PetalLengthCm,PetalWidthCm,Species\n5.1,3.5,1.4,0.2,setosa\n6.3,3.3,6.0,2.5,virginica\n",
    ] {
        assert_eq!(Flowers::parse(text.as_bytes()).as_ref(), Ok(&expected), "{text:?}");
    }
}

#[test]
fn the_table_is_fishers() {
    let table = Flowers::parse(include_bytes!("../examples/data/iris.csv")).expect("a good table");
    assert_eq!(table.species, ["setosa", "versicolor", "virginica"]);
    assert_eq!([0, 1, 2].map(|s| table.flowers.iter().filter(|f| f.species == s).count()), [50; 3]);
    // where the file of the UCI repository errs
    assert_eq!(table.flowers[34].lengths, [4.9, 3.1, 1.5, 0.2]);
    assert_eq!(table.flowers[37].lengths, [4.9, 3.6, 1.4, 0.1]);
}
