//! [`Labels`]: where names of points go so that they can be read.

/// Where a name goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Label {
    pub(super) left: f64,
    pub(super) bottom: f64,
    /// Whether it is so far from its point that a line has to lead to it.
    pub(super) far: bool,
    right: f64,
    point: (f64, f64),
}

/// What is taken in a plot.
pub(super) struct Labels {
    frame: [f64; 4],
    taken: Vec<[f64; 4]>,
    /// The points, and places along the lines.
    dots: Vec<(f64, f64)>,
}

const LINE_HEIGHT: f64 = 13.0;

/// How wide a text of so many characters is, about.
pub(super) fn width(characters: usize) -> f64 {
    6.4 * characters as f64
}

impl Labels {
    pub(super) fn new(
        from: (f64, f64),
        to: (f64, f64),
        points: &[(f64, f64)],
        lines: &[Vec<(f64, f64)>],
    ) -> Self {
        let mut dots = points.to_vec();
        for pair in lines.iter().flat_map(|line| line.windows(2)) {
            let [(x, y), (to_x, to_y)] = [pair[0], pair[1]];
            let steps = ((to_x - x).abs().max((to_y - y).abs()) / 6.0).ceil().max(1.0);
            let along = (0..=steps as usize).map(|step| step as f64 / steps);
            dots.extend(along.map(|share| (x + share * (to_x - x), y + share * (to_y - y))));
        }
        Self { frame: [from.0, from.1, to.0, to.1], taken: Vec::new(), dots }
    }

    /// Puts no name there.
    pub(super) fn keep_free(&mut self, place: [f64; 4]) {
        self.taken.push(place);
    }

    /// The best place near the point, which is then taken.
    pub(super) fn place(&mut self, point: (f64, f64), name: &str) -> Label {
        let wide = width(name.chars().count());
        let mut best: Option<(f64, Label)> = None;
        for (ring, distance) in [0.0, 9.0, 20.0, 32.0, 46.0, 62.0].into_iter().enumerate() {
            for (across, up) in [(1.0, 0.0), (-1.0, 0.0), (0.0, -1.0), (0.0, 1.0)].into_iter().chain([
                (1.0, -1.0),
                (1.0, 1.0),
                (-1.0, -1.0),
                (-1.0, 1.0),
            ]) {
                let middle =
                    (point.0 + across * (8.0 + distance + wide / 2.0), point.1 + up * (13.0 + distance));
                let left = middle.0 - wide / 2.0;
                let label = Label {
                    left,
                    right: left + wide,
                    bottom: middle.1 + LINE_HEIGHT / 2.0,
                    far: ring > 0,
                    point,
                };
                let cost = self.cost(&label) + 0.6 * ring as f64;
                if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                    best = Some((cost, label));
                }
            }
        }
        let label = best.map_or(
            Label { left: point.0, right: point.0 + wide, bottom: point.1, far: false, point },
            |(_, label)| label,
        );
        self.taken.push(label.place());
        label
    }

    fn cost(&self, label: &Label) -> f64 {
        let [left, top, right, bottom] = label.place();
        let [frame_left, frame_top, frame_right, frame_bottom] = self.frame;
        let outside = left < frame_left || right > frame_right || top < frame_top || bottom > frame_bottom;
        let names = self
            .taken
            .iter()
            .filter(|[l, t, r, b]| left < *r && *l < right && top < *b && *t < bottom)
            .count();
        let inside =
            |(x, y): &&(f64, f64)| left - 4.0 < *x && *x < right + 4.0 && top - 3.0 < *y && *y < bottom + 3.0;
        let dots = self.dots.iter().filter(inside).count();
        1_000.0 * f64::from(u8::from(outside)) + 100.0 * names as f64 + dots as f64
    }
}

impl Label {
    fn place(&self) -> [f64; 4] {
        [self.left, self.bottom - LINE_HEIGHT, self.right, self.bottom]
    }

    /// Where a line to it ends: at the place of its box that is nearest to the point.
    pub(super) fn near_end(&self) -> (f64, f64) {
        let [left, top, right, bottom] = self.place();
        (self.point.0.clamp(left - 1.0, right + 1.0), self.point.1.clamp(top, bottom))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_points_in_one_place_do_not_cover_each_other() {
        let points = [(300.0, 200.0); 6];
        let mut labels = Labels::new((0.0, 0.0), (600.0, 400.0), &points, &[]);
        let places: Vec<[f64; 4]> =
            points.iter().map(|point| labels.place(*point, "a name").place()).collect();
        for (at, [left, top, right, bottom]) in places.iter().enumerate() {
            for [l, t, r, b] in &places[at + 1..] {
                assert!(left >= r || l >= right || top >= b || t >= bottom, "{places:?}");
            }
        }
    }

    #[test]
    fn names_stay_inside() {
        let mut labels = Labels::new((0.0, 0.0), (200.0, 100.0), &[(195.0, 5.0)], &[]);
        let [left, top, right, bottom] = labels.place((195.0, 5.0), "at the corner").place();
        assert!(left >= 0.0 && top >= 0.0 && right <= 200.0 && bottom <= 100.0);
    }
}
