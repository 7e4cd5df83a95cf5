//! The replay of a corpus: every seed, cuts of it and changes of it, run through the body of its target.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A fuzz target.
pub struct Target {
    /// The name of its source and of the folder of its own seeds.
    pub name: &'static str,
    /// What must hold.
    pub body: fn(&[u8]),
    /// Where its seeds are.
    pub folders: &'static [&'static str],
}

/// How often each seed is cut, and how often it is changed.
const CUTS: usize = 32;
const CHANGES: u64 = 200;

/// Runs all seeds of these targets, and changes of them.
pub fn replay(targets: &[Target]) {
    for target in targets {
        let seeds = seeds(target.folders);
        for (nth, (name, seed)) in (0..).zip(&seeds) {
            target.run(name, seed);
            for cut in 0..CUTS {
                target.run(name, &seed[..seed.len() * cut / CUTS]);
            }
            for change in 0..CHANGES {
                let mut random = Random(nth * CHANGES + change);
                target.run(name, &changed(seed, &seeds, &mut random));
            }
        }
    }
}

/// The targets that have a source.
pub fn sources() -> BTreeSet<String> {
    let names = file_names(&root().join("fuzz/fuzz_targets"));
    names.iter().filter_map(|name| name.strip_suffix(".rs")).map(str::to_owned).collect()
}

/// Checks that each target has its own seeds, and some of them.
pub fn check_seeds(targets: &[Target]) {
    for Target { name, folders, .. } in targets {
        assert_eq!(folders[0], format!("fuzz/corpus/{name}"));
        assert!(file_names(&root().join(folders[0])).len() >= 10, "{name} has few seeds");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn file_names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn seeds(folders: &[&str]) -> Vec<(String, Vec<u8>)> {
    let mut seeds = Vec::new();
    for folder in folders {
        let path = root().join(folder);
        let names = file_names(&path).into_iter().filter(|name| !name.ends_with(".md"));
        seeds.extend(names.map(|name| (format!("{folder}/{name}"), fs::read(path.join(name)).unwrap())));
    }
    seeds
}

impl Target {
    /// Runs the body, and shows the input if it does not hold.
    fn run(&self, seed: &str, input: &[u8]) {
        struct Shown<'a>(&'a str, &'a str, &'a [u8]);

        impl Drop for Shown<'_> {
            fn drop(&mut self) {
                if std::thread::panicking() {
                    let Self(target, seed, input) = self;
                    eprintln!("{target} does not hold for a change of {seed}: {}", input.escape_ascii());
                }
            }
        }

        let _shown = Shown(self.name, seed, input);
        (self.body)(input);
    }
}

/// What readers of text stumble over.
#[rustfmt::skip]
const PIECES: [&[u8]; 24] = [
    b"\"", b"\\", b"{", b"}", b"[", b"]", b",", b":", b" ", b"\r\n", b"\n\n", b"\0", b"-", b"9", b"1e400", b"null",
    b"\\ud800", b"\\u0000", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\"taskUUID\":", b"data: ",
];

/// The seed with one to four changes, of which some take pieces from other seeds.
fn changed(seed: &[u8], seeds: &[(String, Vec<u8>)], random: &mut Random) -> Vec<u8> {
    let mut input = seed.to_vec();
    for _ in 0..=random.below(4) {
        let range = random.range(input.len());
        let piece: Vec<u8> = match random.below(6) {
            0 => Vec::new(),
            1 => vec![random.below(256) as u8],
            2 | 3 => PIECES[random.below(PIECES.len())].to_vec(),
            4 => input[random.range(input.len())].to_vec(),
            _ => {
                let other = &seeds[random.below(seeds.len())].1;
                other[random.range(other.len())].to_vec()
            }
        };
        let at = if random.below(2) == 0 { range.start..range.start } else { range };
        input.splice(at, piece);
    }
    input
}

/// The same numbers in every run.
struct Random(u64);

impl Random {
    /// The next number of the SplitMix64 sequence, below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % end.max(1) as u64) as usize
    }

    /// A range of up to 16 bytes within `length`.
    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        start..length.min(start + self.below(16))
    }
}
