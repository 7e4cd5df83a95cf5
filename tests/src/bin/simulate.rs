//! `simulate`: polling in virtual time; see `docs/performance/README.md`.

use runware_tests::simulate::frozen::Effort;
use runware_tests::simulate::goals;

fn main() {
    println!("{}", goals::table(&goals::measure(Effort::default(), 1)));
}
