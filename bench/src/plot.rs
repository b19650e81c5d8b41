//! The plots of the page, as SVG.

use std::error::Error;

use plotters::coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use crate::measures::{self, MEASURES, Plot};
use crate::results::Results;
use crate::series;
use crate::stats::Summary;

type Drawn<T = ()> = Result<T, Box<dyn Error>>;

/// The file that `targets` draws.
pub const TARGETS: &str = "targets";

const WIDTH: u32 = 860;
const HEIGHT: u32 = 420;
/// What the values of a plot may lie apart by, before its vertical axis is logarithmic.
const APART: f64 = 8.0;
/// The height of a row of the plot of targets.
const ROW: u32 = 30;
/// Where the bars of that plot begin: the names stand to the left.
const BARS: i32 = 330;

const INK: RGBColor = RGBColor(40, 40, 40);
const FAINT: RGBColor = RGBColor(200, 200, 200);
const REACHED: RGBColor = RGBColor(0, 114, 178);
const MISSED: RGBColor = RGBColor(213, 94, 0);
/// Colours that are told apart without seeing red or green (Okabe and Ito).
const COLOURS: [RGBColor; 5] = [
    REACHED,
    MISSED,
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
];

/// The plots of the results, each with its file's name. What has no samples has no plot.
pub fn all(results: &Results) -> Vec<(String, String)> {
    let plots = MEASURES.iter().flat_map(|measure| measure.plots);
    let growth = plots.filter_map(|plot| {
        let svg = growth(plot, results)?;
        Some((plot.file, svg))
    });
    let targets = targets(results).map(|svg| (TARGETS, svg));
    targets
        .into_iter()
        .chain(growth)
        .map(|(file, svg)| (format!("{file}.svg"), svg))
        .collect()
}

/// The lines of all series of a measure by place.
fn growth(plot: &Plot, results: &Results) -> Option<String> {
    let names = results.series(plot.of).into_iter();
    let lines: Vec<_> = names
        .map(|series| (series, points(results, plot.of, series)))
        .filter(|(_, points)| !points.is_empty())
        .collect();
    let values = || lines.iter().flat_map(|(_, points)| points);
    let least = values().map(|(_, one)| one.min).reduce(f64::min)?;
    let most = values().map(|(_, one)| one.max).reduce(f64::max)?;
    let mut svg = String::new();
    let unit = results.unit(plot.of);
    // From zero where that leaves enough to see: a flat line is to look flat.
    let drawn = match most > least * APART {
        true => {
            let range = (least * 0.7..most * 1.4).log_scale();
            draw_growth(&mut svg, plot, unit, &lines, range)
        }
        false => draw_growth(&mut svg, plot, unit, &lines, 0.0..most * 1.3),
    };
    drawn.expect("a text takes a plot");
    Some(tidy(&svg))
}

type Points = Vec<(u64, Summary)>;

/// The values of a series that have a place.
fn points(results: &Results, of: &str, series: &str) -> Points {
    let places = measures::places(results, of, series).into_iter();
    places
        .filter_map(|(x, summary)| Some((x?, summary)))
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "numbers of inputs")]
fn draw_growth<Y>(
    svg: &mut String,
    plot: &Plot,
    unit: &str,
    lines: &[(&str, Points)],
    range: Y,
) -> Drawn
where
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let points = lines.iter().flat_map(|(_, points)| points);
    let places = points.map(|&(x, _)| x as f64);
    let (from, to) = places.fold((f64::MAX, 0.0_f64), |(from, to), x| {
        (from.min(x), to.max(x))
    });
    let root = SVGBackend::with_string(svg, (WIDTH, HEIGHT)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(plot.title, ("sans-serif", 18).into_font().color(&INK))
        .margin(12)
        .margin_right(32)
        .x_label_area_size(48)
        .y_label_area_size(72)
        .build_cartesian_2d((from * 0.9..to * 1.1).log_scale(), range)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(FAINT)
        .axis_style(INK)
        .label_style(("sans-serif", 13).into_font().color(&INK))
        .x_desc(plot.x)
        .y_desc(unit)
        .y_labels(7)
        .x_label_formatter(&|x| measures::grouped(*x))
        .y_label_formatter(&|y| measures::number(*y))
        .draw()?;
    for ((series, points), colour) in lines.iter().zip(COLOURS.iter().cycle()) {
        let medians = || points.iter().map(|(x, one)| (*x as f64, one.median));
        let line = ShapeStyle::from(colour).stroke_width(2);
        chart
            .draw_series(LineSeries::new(medians(), line))?
            .label(series::name(series).replace('`', ""))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], line));
        let dots = medians().map(|point| Circle::new(point, 3, colour.filled()));
        chart.draw_series(dots)?;
        let whiskers = points.iter().map(|(x, one)| {
            let x = *x as f64;
            PathElement::new([(x, one.min), (x, one.max)], colour.stroke_width(1))
        });
        chart.draw_series(whiskers)?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.9))
        .border_style(FAINT)
        .label_font(("sans-serif", 13).into_font().color(&INK))
        .draw()?;
    drop(chart);
    root.present()?;
    Ok(())
}

/// A figure as a part of its target: the bar is the value that counts, the whisker all values.
struct Bar {
    name: String,
    counted: f64,
    min: f64,
    max: f64,
}

/// All figures with a target, each as a part of it.
fn targets(results: &Results) -> Option<String> {
    let figures = MEASURES.iter().flat_map(|measure| measure.figures);
    let bars: Vec<Bar> = figures
        .filter_map(|figure| {
            let target = figure.target.filter(|target| *target > 0.0)?;
            let outcome = figure.outcome(results)?;
            Some(Bar {
                name: figure.key(),
                counted: outcome.counted / target,
                min: outcome.summary.min / target,
                max: outcome.summary.max / target,
            })
        })
        .collect();
    if bars.is_empty() {
        return None;
    }
    let mut svg = String::new();
    draw_targets(&mut svg, &bars).expect("a text takes a plot");
    Some(tidy(&svg))
}

fn draw_targets(svg: &mut String, bars: &[Bar]) -> Drawn {
    let rows = u32::try_from(bars.len())?;
    let height = rows * ROW + 84;
    let root = SVGBackend::with_string(svg, (WIDTH, height)).into_drawing_area();
    root.fill(&WHITE)?;
    let most = bars.iter().map(|bar| bar.max.min(bar.counted * 2.0));
    let most = most.fold(1.2_f64, f64::max) * 1.05;
    let mut chart = ChartBuilder::on(&root)
        .caption(
            "Each figure as a part of its target",
            ("sans-serif", 18).into_font().color(&INK),
        )
        .margin(12)
        .margin_left(BARS)
        .x_label_area_size(28)
        .build_cartesian_2d(0.0..most, 0.0..f64::from(rows))?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(FAINT)
        .axis_style(INK)
        .label_style(("sans-serif", 13).into_font().color(&INK))
        .x_label_formatter(&|x| format!("{x:.1}"))
        .draw()?;
    let area = chart.plotting_area();
    for (row, bar) in (0..rows).rev().zip(bars) {
        draw_bar(&root, area, f64::from(row) + 0.5, most, bar)?;
    }
    let limit = INK.stroke_width(2);
    area.draw(&PathElement::new(
        [(1.0, 0.0), (1.0, f64::from(rows))],
        limit,
    ))?;
    root.present()?;
    Ok(())
}

type Root<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

fn draw_bar<'a>(root: &Root<'a>, area: &Area<'a>, y: f64, most: f64, bar: &Bar) -> Drawn {
    use plotters::style::text_anchor::{HPos, Pos, VPos};

    let colour = if bar.counted > 1.0 { MISSED } else { REACHED };
    let end = bar.counted.clamp(0.0, most);
    let body = Rectangle::new([(0.0, y - 0.3), (end, y + 0.3)], colour.mix(0.6).filled());
    area.draw(&body)?;
    let at = |x: f64| x.clamp(0.0, most);
    for (from, to) in [
        ((at(bar.min), y), (at(bar.max), y)),
        ((at(bar.min), y - 0.15), (at(bar.min), y + 0.15)),
        ((at(bar.max), y - 0.15), (at(bar.max), y + 0.15)),
    ] {
        area.draw(&PathElement::new([from, to], INK.stroke_width(1)))?;
    }
    let (_, top) = area.map_coordinate(&(0.0, y));
    let style = ("sans-serif", 13)
        .into_font()
        .color(&INK)
        .pos(Pos::new(HPos::Right, VPos::Center));
    root.draw(&Text::new(&*bar.name, (BARS - 8, top), style))?;
    Ok(())
}

/// A text file ends with one line break, and its lines have none before it.
fn tidy(svg: &str) -> String {
    let lines: Vec<_> = svg.lines().map(str::trim_end).collect();
    format!("{}\n", lines.join("\n").trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::tests::{of, sample};
    use crate::sample::Sample;

    fn samples(name: &str, places: &[Option<u64>]) -> Vec<Sample> {
        let mut samples = Vec::new();
        for round in 1..=3 {
            for &x in places {
                for (series, value) in [("module", 0.8), ("floor", 0.6)] {
                    samples.push(Sample {
                        measure: name.to_owned(),
                        x,
                        ..sample(series, round, value + f64::from(round) * 0.01)
                    });
                }
            }
        }
        samples
    }

    #[test]
    fn results_without_samples_have_no_plots() {
        assert!(all(&of(Vec::new())).is_empty());
    }

    #[test]
    fn growth_has_a_line_for_each_series() {
        let results = of(samples("growth-create", &[Some(10), Some(1000)]));
        let [(file, svg)] = &all(&results)[..] else {
            panic!("one plot is expected");
        };
        assert_eq!(file, "growth-create.svg");
        assert!(
            svg.starts_with("<svg ") && svg.ends_with("</svg>\n"),
            "{svg}"
        );
        for text in [
            "this module",
            "bare client in Rust",
            "inputs",
            "Creates: time for each input",
        ] {
            assert!(svg.contains(text), "{text}: {svg}");
        }
        // One dot for each place of each series.
        assert_eq!(svg.matches("<circle ").count(), 4);
    }

    #[test]
    fn targets_have_a_bar_for_each_figure_that_has_one() {
        let mut all_samples = samples("list-10000", &[None]);
        all_samples.extend(samples("size-library", &[None]));
        let results = of(all_samples);
        let plots = all(&results);
        let [(file, svg)] = &plots[..] else {
            panic!("one plot is expected");
        };
        assert_eq!(file, "targets.svg");
        for text in ["list-10000: module over floor", "size-library: module"] {
            assert!(svg.contains(text), "{text}");
        }
        // Invoke-RestMethod has no samples.
        assert!(!svg.contains("invoke-restmethod"), "{svg}");
        assert_eq!(all(&results), plots);
    }

    #[test]
    fn a_value_far_beyond_its_target_stays_on_the_plot() {
        let mut far = samples("size-library", &[None]);
        for sample in &mut far {
            sample.value = 1000.0;
        }
        assert_eq!(all(&of(far)).len(), 1);
    }
}
