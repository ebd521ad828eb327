//! Pictures of handwritten digits: the embedded ones, or a table read from CSV. Whatever is wrong with a table is said
//! with line and column.

/// Pixels on a side.
pub const SIDE: usize = 8;
pub const PIXELS: usize = SIDE * SIDE;
/// The shade of full ink; paper is 0.
pub const INK: f64 = 16.0;
const COLUMNS: usize = PIXELS + 1;

#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Row by row, from the top left.
    pub pixels: [f64; PIXELS],
    pub digit: usize,
}

/// The 1,797 pictures of `examples/data/digits.txt`.
pub fn embedded() -> Result<Vec<Picture>, String> {
    let text = include_str!("../data/digits.txt");
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.starts_with('#'));
    lines.map(|(number, line)| compact(line).ok_or(format!("digits.txt, line {number} is damaged"))).collect()
}
/// A character for each pixel, 0 to 9 and a to g, and the digit.
fn compact(line: &str) -> Option<Picture> {
    let (shades, digit) = line.split_once(' ')?;
    let pixels: Option<Vec<f64>> = shades.chars().map(|shade| Some(f64::from(shade.to_digit(17)?))).collect();
    Some(Picture { pixels: pixels?.try_into().ok()?, digit: digit.parse().ok().filter(|&digit| digit < 10)? })
}

/// 64 columns of pixels and one with the digit, with or without a header line. Blank lines and lines that begin with `#`
/// are skipped.
pub fn parse(text: &[u8]) -> Result<Vec<Picture>, String> {
    let mut pictures = Vec::new();
    let mut first = true;
    let text = String::from_utf8_lossy(text);
    // line by line, because csv's own line numbers do not count the lines that it skips
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let cells = split(line).map_err(|problem| format!("line {number}: {problem}"))?;
        let header = first && cells.iter().all(|cell| cell.parse::<f64>().is_err());
        first = false;
        if !header {
            let picture = picture(&cells);
            pictures.push(picture.map_err(|(k, problem)| {
                let column = if k < PIXELS { format!("pixel {}", k + 1) } else { "digit".into() };
                format!("line {number}, column {} ({column}): {problem}, found {:?}", k + 1, cells[k])
            })?);
        }
    }
    Ok(pictures)
}

fn picture(cells: &[String]) -> Result<Picture, (usize, &'static str)> {
    let mut pixels = [0.0; PIXELS];
    for (k, cell) in cells[..PIXELS].iter().enumerate() {
        let shade = cell.parse().map_err(|_| (k, "expected a number"))?;
        if !(0.0..=INK).contains(&shade) {
            return Err((k, "expected a shade from 0 (paper) to 16 (ink)"));
        }
        pixels[k] = shade;
    }
    // 3 and 3.0
    match cells[PIXELS].parse::<f64>() {
        Ok(digit) if (0.0..10.0).contains(&digit) && digit.fract() == 0.0 => {
            Ok(Picture { pixels, digit: digit as usize })
        }
        _ => Err((PIXELS, "expected a digit from 0 to 9")),
    }
}

/// The cells of one line.
fn split(line: &str) -> Result<Vec<String>, String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .trim(csv::Trim::All)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(line.as_bytes());
    let mut cells = csv::StringRecord::new();
    reader.read_record(&mut cells).map_err(|error| error.to_string())?;
    if cells.len() != COLUMNS {
        let found = cells.len();
        return Err(format!("expected 65 columns with commas between them (64 pixels, the digit), found {found}"));
    }
    Ok(cells.iter().map(str::to_owned).collect())
}
