//! What was learnt, as SVG.

use super::pictures::{INK, Picture, SIDE};
use plotters::prelude::*;
use std::fmt::Write;
use std::path::Path;

/// The losses of an epoch.
pub struct Epoch {
    pub training: f64,
    pub held_out: f64,
}

/// Both losses against the epochs, the losses on a logarithmic scale.
pub fn loss_curve(path: &Path, epochs: &[Epoch]) -> Result<(), String> {
    draw_loss_curve(path, epochs).map_err(|error| format!("{}: {error}", path.display()))
}
fn draw_loss_curve(path: &Path, epochs: &[Epoch]) -> Result<(), Box<dyn std::error::Error>> {
    const FONT: &str = "sans-serif";
    let losses = || epochs.iter().flat_map(|epoch| [epoch.training, epoch.held_out]);
    let (low, high) = losses().fold((f64::INFINITY, 1e-9), |(low, high), x| (x.min(low), x.max(high)));
    let area = SVGBackend::new(path, (800, 480)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .margin(20)
        .caption("Cross-entropy while learning to read digits", (FONT, 20))
        .x_label_area_size(45)
        .y_label_area_size(65)
        .build_cartesian_2d(1..epochs.len().max(2), (low.max(1e-9) / 1.3..high * 1.3).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("epoch")
        .y_desc("loss")
        .y_label_formatter(&|loss| format!("{loss}"))
        .label_style((FONT, 14))
        .axis_desc_style((FONT, 16))
        .bold_line_style(BLACK.mix(0.15))
        .light_line_style(BLACK.mix(0.05))
        .draw()?;
    for (name, colour, loss) in [
        ("training", RGBColor(0, 90, 181), (|epoch| epoch.training) as fn(&Epoch) -> f64),
        ("held out", RGBColor(220, 50, 32), |epoch| epoch.held_out),
    ] {
        let line = (1..).zip(epochs).map(|(number, epoch)| (number, loss(epoch)));
        chart
            .draw_series(LineSeries::new(line, colour.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.9))
        .border_style(BLACK.mix(0.3))
        .label_font((FONT, 15))
        .draw()?;
    area.present()?;
    Ok(())
}

/// A picture that was read wrongly, what it was read as, and how sure the network was.
pub struct Misread<'a> {
    pub picture: &'a Picture,
    pub read: usize,
    pub share: f64,
}

/// The pictures in a grid, each with the digit that it is and the one that was read: the first ones of those misread, of
/// so many.
pub fn misread(path: &Path, misread: &[Misread], of: usize) -> Result<(), String> {
    const MOST: usize = 24;
    const PIXEL: usize = 12;
    const IMAGE: usize = PIXEL * SIDE;
    const GAP: usize = 24;
    const CELL: [usize; 2] = [IMAGE + GAP, IMAGE + GAP + 36];
    let shown = &misread[..misread.len().min(MOST)];
    let columns = shown.len().clamp(3, 6);
    let (width, height) = (columns * CELL[0] + GAP, shown.len().div_ceil(columns) * CELL[1] + 60);
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="sans-serif">
<rect width="100%" height="100%" fill="#fff"/>
<text x="{GAP}" y="36" font-size="18">{}</text>
"##,
        match misread.len() {
            n @ 0..=MOST => format!("{n} of {of} misread"),
            n => format!("{n} of {of} misread, the surest {MOST}"),
        }
    );
    for (k, Misread { picture, read, share }) in shown.iter().enumerate() {
        let (x, y) = (GAP + k % columns * CELL[0], 60 + k / columns * CELL[1]);
        let _ = writeln!(svg, r#"<g transform="translate({x} {y})" shape-rendering="crispEdges">"#);
        for (at, shade) in picture.pixels.iter().enumerate().filter(|(_, shade)| **shade > 0.0) {
            let (x, y, grey) = (at % SIDE * PIXEL, at / SIDE * PIXEL, (255.0 * (1.0 - shade / INK)) as u8);
            let _ = writeln!(
                svg,
                r##"<rect x="{x}" y="{y}" width="{PIXEL}" height="{PIXEL}" fill="#{grey:02x}{grey:02x}{grey:02x}"/>"##
            );
        }
        let (middle, line, digit, percent) = (IMAGE / 2, IMAGE + 19, picture.digit, 100.0 * share);
        let _ = writeln!(
            svg,
            r##"<rect width="{IMAGE}" height="{IMAGE}" fill="none" stroke="#999"/>
<text x="{middle}" y="{line}" font-size="14" text-anchor="middle">{digit}, read as <tspan fill="#c22" font-weight="bold">{read}</tspan></text>
<text x="{middle}" y="{}" font-size="11" text-anchor="middle" fill="#777">{percent:.0} % sure</text>
</g>"##,
            line + 15
        );
    }
    svg.push_str("</svg>\n");
    std::fs::write(path, svg).map_err(|error| format!("{}: {error}", path.display()))
}
