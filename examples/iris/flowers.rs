//! A table of flowers, read from CSV. Whatever is wrong with it is said with line and column.

/// The columns of lengths; the species follows them.
pub const FEATURES: [&str; 4] = ["sepal length", "sepal width", "petal length", "petal width"];

#[derive(Debug, PartialEq)]
pub struct Flower {
    /// In centimetres, as read.
    pub lengths: [f64; 4],
    /// An index into the table's species.
    pub species: usize,
}

#[derive(Debug, Default, PartialEq)]
pub struct Flowers {
    pub species: Vec<String>,
    pub flowers: Vec<Flower>,
}

impl Flowers {
    /// Five columns, with or without a header line. Blank lines and lines that begin with `#` are skipped.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let mut table = Flowers::default();
        let mut first = true;
        let text = String::from_utf8_lossy(text);
        // line by line, because csv's own line numbers do not count the lines that it skips
        for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let cells = split(line).map_err(|problem| format!("line {number}: {problem}"))?;
            let header = first && FEATURES.iter().zip(&cells).all(|(_, cell)| cell.parse::<f64>().is_err());
            first = false;
            let outcome = if header { check_header(&cells) } else { table.push(&cells) };
            outcome.map_err(|(k, problem)| format!("line {number}, column {} ({}): {problem}", k + 1, column(k)))?;
        }
        match &table.species[..] {
            [] => Err("the table is empty: expected at least one flower of each of two species".into()),
            [only] => Err(format!("all flowers are of the species {only:?}: expected at least two species")),
            _ => Ok(table),
        }
    }

    fn push(&mut self, cells: &[String; 5]) -> Result<(), (usize, String)> {
        let mut lengths = [0.0; 4];
        for (k, cell) in cells[..4].iter().enumerate() {
            let number = cell.parse().map_err(|_| (k, format!("expected a number, found {cell:?}")))?;
            if !(number > 0.0 && number < 1000.0) {
                return Err((k, format!("expected a length in cm, above 0 and below 1000, found {cell:?}")));
            }
            lengths[k] = number;
        }
        let name = &cells[4];
        if name.is_empty() {
            return Err((4, "expected a species, found nothing".into()));
        }
        let species = self.species.iter().position(|known| known == name).unwrap_or_else(|| {
            self.species.push(name.clone());
            self.species.len() - 1
        });
        self.flowers.push(Flower { lengths, species });
        Ok(())
    }
}

/// The cells of one line.
fn split(line: &str) -> Result<[String; 5], String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .trim(csv::Trim::All)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(line.as_bytes());
    let mut cells = csv::StringRecord::new();
    reader.read_record(&mut cells).map_err(|error| error.to_string())?;
    let cells: Vec<String> = cells.iter().map(str::to_owned).collect();
    cells.try_into().map_err(|cells: Vec<String>| {
        format!("expected 5 columns with commas between them ({}, species), found {}", FEATURES.join(", "), cells.len())
    })
}

/// A table with its columns in another order must not be taken for one of ours: `Sepal.Length`, `sepal_length`,
/// `SepalLengthCm` and `sepal length (cm)` are a sepal length, `petal_length` is none.
fn check_header(cells: &[String; 5]) -> Result<(), (usize, String)> {
    let letters = |name: &str| name.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase();
    for (k, feature) in FEATURES.iter().enumerate() {
        if !letters(&cells[k]).starts_with(&letters(feature)) {
            return Err((k, format!("expected a number or, in a header, {feature:?}, found {:?}", cells[k])));
        }
    }
    Ok(())
}

fn column(k: usize) -> &'static str {
    FEATURES.get(k).copied().unwrap_or("species")
}
