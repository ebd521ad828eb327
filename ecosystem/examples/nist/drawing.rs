//! Observations and fitted curve, as SVG.

use super::data::Problem;
use super::fit::Fit;
use super::models::Form;
use plotters::prelude::*;
use std::path::Path;

/// Draws to `folder/NAME.svg`.
pub fn draw(folder: &Path, problem: &Problem, fit: &Fit) -> Result<(), String> {
    let path = folder.join(format!("{}.svg", problem.name));
    draw_to(&path, problem, fit).map_err(|error| format!("{}: {error}", path.display()))
}
fn draw_to(path: &Path, problem: &Problem, fit: &Fit) -> Result<(), Box<dyn std::error::Error>> {
    const FONT: &str = "sans-serif";
    const STEPS: u32 = 400;
    let span = |numbers: &mut dyn Iterator<Item = f64>| {
        let (low, high) = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (x.min(low), x.max(high)));
        let margin = (high - low).max(f64::MIN_POSITIVE) * 0.04;
        low - margin..high + margin
    };
    // a curve for each value of a second predictor, as far as there are observations
    let mut seconds: Vec<f64> = problem.x.iter().map(|x| x[1]).collect();
    seconds.sort_by(f64::total_cmp);
    seconds.dedup();
    let firsts = || problem.x.iter().map(|x| x[0]);
    let (first, last) = (firsts().fold(f64::INFINITY, f64::min), firsts().fold(f64::NEG_INFINITY, f64::max));
    let curve = |&second: &f64| -> Vec<(f64, f64)> {
        let at = |step| first + (last - first) * f64::from(step) / f64::from(STEPS);
        (0..=STEPS).map(|step| (at(step), problem.form.at(&fit.parameters, [at(step), second]))).collect()
    };
    let curves: Vec<Vec<(f64, f64)>> = seconds.iter().map(curve).collect();
    let xs = span(&mut firsts());
    let ys = span(&mut problem.y.iter().copied().chain(curves.iter().flatten().map(|&(_, y)| y)));
    let area = SVGBackend::new(path, (800, 480)).into_drawing_area();
    area.fill(&WHITE)?;
    let digits = fit.parameter_digits(problem);
    let caption = format!("{}: {digits:.1} digits in every parameter", problem.name);
    let mut chart = ChartBuilder::on(&area)
        .margin(20)
        .caption(caption, (FONT, 20))
        .x_label_area_size(45)
        .y_label_area_size(75)
        .build_cartesian_2d(xs, ys)?;
    chart
        .configure_mesh()
        .x_desc("x")
        .y_desc(if problem.form == Form::Nelson { "ln y" } else { "y" })
        .label_style((FONT, 14))
        .axis_desc_style((FONT, 16))
        .bold_line_style(BLACK.mix(0.15))
        .light_line_style(BLACK.mix(0.05))
        .draw()?;
    for curve in curves {
        chart.draw_series(LineSeries::new(curve, RGBColor(220, 50, 32).stroke_width(2)))?;
    }
    let observations = problem.x.iter().zip(&problem.y);
    chart.draw_series(observations.map(|(x, &y)| Circle::new((x[0], y), 3, RGBColor(0, 90, 181).mix(0.6).filled())))?;
    area.present()?;
    Ok(())
}
