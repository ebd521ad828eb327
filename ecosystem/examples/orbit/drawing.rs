//! Where the comet is every five years, and where it would be had it been a little faster at perihelion: as the derivative
//! says, and as it is.

use super::{METRE_PER_SECOND, end, perihelion, period, way};
use backprop::jvp;
use plotters::prelude::*;

const FASTER: f64 = 20.0; // m/s

pub fn draw(file: &str) -> Result<(), Box<dyn std::error::Error>> {
    const FONT: &str = "sans-serif";
    let (blue, red) = (RGBColor(0, 90, 181), RGBColor(220, 50, 32));
    let area = SVGBackend::new(file, (1000, 420)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .margin(20)
        .caption(format!("Halley's comet every five years, and one {FASTER} m/s faster at perihelion"), (FONT, 20))
        .x_label_area_size(40)
        .y_label_area_size(50)
        .build_cartesian_2d(-37.0..3.0, -7.0..7.0)?;
    chart.configure_mesh().disable_mesh().x_desc("au").y_desc("au").label_style((FONT, 14)).draw()?;

    let start = perihelion();
    let orbit = way(start, period());
    chart.draw_series(LineSeries::new(orbit.iter().map(|(_, [x, y, ..])| (*x, *y)), blue.mix(0.5)))?;
    chart.draw_series([Circle::new((0.0, 0.0), 6, YELLOW.filled()), Circle::new((0.0, 0.0), 6, BLACK)])?;

    let push = [0.0, 0.0, 0.0, FASTER * METRE_PER_SECOND];
    let faster = std::array::from_fn(|k| start[k] + push[k]);
    let mut marks = Vec::new();
    for years in (1..15).map(|n| f64::from(5 * n)) {
        let ([x, y, ..], [dx, dy, ..]) = jvp(|&start| end(start, years), &start, &push);
        let [x_faster, y_faster, ..] = end(faster, years);
        marks.push([(x, y), (x + dx, y + dy), (x_faster, y_faster)]);
    }
    chart
        .draw_series(marks.iter().map(|mark| Circle::new(mark[0], 3, blue.filled())))?
        .label("the comet")
        .legend(move |place| Circle::new(place, 3, blue.filled()));
    chart
        .draw_series(marks.iter().map(|mark| Circle::new(mark[2], 5, red.stroke_width(1))))?
        .label("the faster one")
        .legend(move |place| Circle::new(place, 5, red.stroke_width(1)));
    chart
        .draw_series(marks.iter().map(|mark| PathElement::new(vec![mark[0], mark[1]], red.stroke_width(2))))?
        .label("as the derivative says")
        .legend(move |(x, y)| PathElement::new([(x - 8, y), (x + 8, y)], red.stroke_width(2)));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::MiddleMiddle)
        .background_style(WHITE.mix(0.9))
        .label_font((FONT, 15))
        .draw()?;
    area.present()?;
    Ok(())
}
