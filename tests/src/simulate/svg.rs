//! [`Plot`]: curves and labelled points over two logarithmic axes, as SVG.
//!
//! A plot is a few kilobytes of text with two decimals, so that equal figures make equal files and a change of a figure
//! is a small change of the file.

mod labels;

use labels::Labels;
use std::fmt::Write;

/// Lines and points over two logarithmic axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plot {
    /// What stands above it.
    pub title: String,
    /// What the horizontal axis shows.
    pub x: &'static str,
    /// What the vertical axis shows.
    pub y: &'static str,
    /// The lines.
    pub curves: Vec<Curve>,
    /// The points.
    pub points: Vec<Point>,
}

/// A line through points, all of whose figures are above zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// What stands in the legend.
    pub name: &'static str,
    /// A colour of SVG.
    pub colour: &'static str,
    /// Through where.
    pub through: Vec<(f64, f64)>,
}

/// A point with a name, both of whose figures are above zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// What stands beside it.
    pub name: String,
    /// A colour of SVG.
    pub colour: &'static str,
    /// Where it is.
    pub at: (f64, f64),
}

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 520.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 52.0;

impl Plot {
    /// The plot as a document. Points without room for a decade on an axis still get both axes.
    pub fn svg(&self) -> String {
        let all = || self.points.iter().map(|point| point.at).chain(self.curve_points());
        let x = Axis::over(all().map(|at| at.0), LEFT, WIDTH - RIGHT);
        let y = Axis::over(all().map(|at| at.1), HEIGHT - BOTTOM, TOP);
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
             font-size=\"11\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n"
        );
        self.draw_axes(&mut text, &x, &y);
        let place = |(across, up): (f64, f64)| (x.place(across), y.place(up));
        let lines: Vec<Vec<(f64, f64)>> =
            self.curves.iter().map(|curve| curve.through.iter().copied().map(place).collect()).collect();
        for (curve, line) in self.curves.iter().zip(&lines) {
            let points: Vec<String> = line.iter().map(|(x, y)| format!("{x:.2},{y:.2}")).collect();
            line_out(
                &mut text,
                format_args!(
                    "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\"/>",
                    points.join(" "),
                    curve.colour
                ),
            );
        }
        self.draw_legend(&mut text);
        let spots: Vec<(f64, f64)> = self.points.iter().map(|point| place(point.at)).collect();
        let mut labels = Labels::new((LEFT, TOP), (WIDTH - RIGHT, HEIGHT - BOTTOM), &spots, &lines);
        labels.keep_free(self.legend_box());
        for (point, (x, y)) in self.points.iter().zip(&spots) {
            let label = labels.place((*x, *y), &point.name);
            if label.far {
                let (to_x, to_y) = label.near_end();
                line_out(
                    &mut text,
                    format_args!(
                        "<path d=\"M{x:.2} {y:.2}L{to_x:.2} {to_y:.2}\" stroke=\"#999\" stroke-width=\"0.7\"/>"
                    ),
                );
            }
            line_out(
                &mut text,
                format_args!(
                    "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"3.6\" fill=\"{}\"/>\n<text x=\"{:.2}\" y=\"{:.2}\">{}</text>",
                    point.colour,
                    label.left,
                    label.bottom - 2.5,
                    escape(&point.name)
                ),
            );
        }
        text.push_str("</svg>\n");
        text
    }

    fn curve_points(&self) -> impl Iterator<Item = (f64, f64)> {
        self.curves.iter().flat_map(|curve| curve.through.iter().copied())
    }

    fn draw_axes(&self, text: &mut String, x: &Axis, y: &Axis) {
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        for (value, at) in x.ticks() {
            line_out(
                text,
                format_args!(
                    "<path d=\"M{at:.2} {TOP}V{bottom}\" stroke=\"#e4e4e4\"/><text x=\"{at:.2}\" y=\"{:.2}\" \
                     text-anchor=\"middle\">{value}</text>",
                    bottom + 16.0
                ),
            );
        }
        for (value, at) in y.ticks() {
            line_out(
                text,
                format_args!(
                    "<path d=\"M{LEFT} {at:.2}H{right}\" stroke=\"#e4e4e4\"/><text x=\"{:.2}\" y=\"{:.2}\" \
                     text-anchor=\"end\">{value}</text>",
                    LEFT - 6.0,
                    at + 4.0
                ),
            );
        }
        let (across, down) = ((LEFT + right) / 2.0, (TOP + bottom) / 2.0);
        line_out(
            text,
            format_args!(
                "<path d=\"M{LEFT} {TOP}V{bottom}H{right}\" fill=\"none\" stroke=\"#333\"/>\n\
                 <text x=\"{across}\" y=\"24\" text-anchor=\"middle\" font-size=\"15\">{}</text>\n\
                 <text x=\"{across}\" y=\"{}\" text-anchor=\"middle\" font-size=\"12\">{}</text>\n\
                 <text transform=\"translate(18 {down}) rotate(-90)\" text-anchor=\"middle\" font-size=\"12\">{}</text>",
                escape(&self.title),
                HEIGHT - 12.0,
                escape(self.x),
                escape(self.y)
            ),
        );
    }

    /// Left, top, right and bottom of the legend.
    fn legend_box(&self) -> [f64; 4] {
        let longest = self.curves.iter().map(|curve| curve.name.len()).max().unwrap_or_default();
        let right = WIDTH - RIGHT - 4.0;
        [right - 40.0 - labels::width(longest), TOP, right, TOP + 8.0 + 16.0 * self.curves.len() as f64]
    }

    fn draw_legend(&self, text: &mut String) {
        let [left, top, ..] = self.legend_box();
        for (row, curve) in (1..).zip(&self.curves) {
            let y = top + 16.0 * f64::from(row);
            line_out(
                text,
                format_args!(
                    "<path d=\"M{left:.2} {:.2}h24\" stroke=\"{}\" stroke-width=\"1.8\"/><text x=\"{:.2}\" y=\"{y:.2}\">{}</text>",
                    y - 4.0,
                    curve.colour,
                    left + 32.0,
                    escape(curve.name)
                ),
            );
        }
    }
}

/// A logarithmic axis from one place to another.
struct Axis {
    least: f64,
    most: f64,
    from: f64,
    to: f64,
}

impl Axis {
    fn over(figures: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
        for figure in figures {
            least = least.min(figure);
            most = most.max(figure);
        }
        Self { least: least / 1.15, most: most * 1.15, from, to }
    }

    fn place(&self, figure: f64) -> f64 {
        let share = (figure / self.least).ln() / (self.most / self.least).ln();
        self.from + share * (self.to - self.from)
    }

    /// One, two and five of each decade: what is written, and where.
    fn ticks(&self) -> Vec<(String, f64)> {
        let decades = -4..6;
        let all =
            decades.flat_map(|decade| [1.0, 2.0, 5.0].map(|digit| (digit * 10.0_f64.powi(decade), decade)));
        let inside = all.filter(|(figure, _)| (self.least..=self.most).contains(figure));
        inside
            .map(|(figure, decade)| {
                (format!("{figure:.*}", usize::try_from(-decade).unwrap_or(0)), self.place(figure))
            })
            .collect()
    }
}

fn line_out(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a `String` does not fail.
    let _ = writeln!(text, "{line}");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot() -> Plot {
        let point = |name: &str, at| Point { name: name.to_owned(), colour: "#c33", at };
        Plot {
            title: "lag & checks".to_owned(),
            x: "checks",
            y: "lag, s",
            curves: vec![Curve {
                name: "best",
                colour: "#36c",
                through: vec![(1.0, 10.0), (10.0, 1.0), (100.0, 0.1)],
            }],
            points: vec![
                point("one", (10.0, 5.0)),
                point("other", (10.0, 5.0)),
                point("<third>", (10.2, 5.1)),
            ],
        }
    }

    #[test]
    fn a_plot_is_the_same_text_each_time_and_escapes_names() {
        let text = plot().svg();
        assert_eq!(text, plot().svg());
        assert!(text.contains("lag &amp; checks") && text.contains("&lt;third&gt;"), "{text}");
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        assert_eq!(text.matches("<circle").count(), 3);
        assert_eq!(text.matches("<text").count(), text.matches("</text>").count());
    }

    #[test]
    fn the_axes_are_logarithmic() {
        let axis = Axis { least: 1.0, most: 100.0, from: 0.0, to: 200.0 };
        assert!((axis.place(10.0) - 100.0).abs() < 1e-9);
        let ticks: Vec<String> = axis.ticks().into_iter().map(|(value, _)| value).collect();
        assert_eq!(ticks, ["1", "2", "5", "10", "20", "50", "100"]);
        let fine = Axis { least: 0.04, most: 0.6, from: 0.0, to: 1.0 };
        let ticks: Vec<String> = fine.ticks().into_iter().map(|(value, _)| value).collect();
        assert_eq!(ticks, ["0.05", "0.1", "0.2", "0.5"]);
    }
}
