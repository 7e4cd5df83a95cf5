//! What the rules look at: plain data, gathered once by `collect`.

/// Everything a rule may ask about.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// The text files of the repository.
    pub(super) files: Vec<File>,
    /// The packages of the workspace.
    pub(super) members: Vec<Member>,
    /// Every package below the workspace, with the features it is built with.
    pub(super) resolved: Vec<Resolved>,
    /// What lies below the crates that must stay pure.
    pub(super) trees: Vec<Tree>,
    /// What `allow_list::LISTS` are compared with: one tree for each list, in their order.
    pub(super) listed: Vec<Tree>,
}

/// A file: its path from the root, with `/`, and its text.
#[derive(Debug)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
}

/// A package of the workspace.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    /// Its folder from the root, with `/`.
    pub(super) folder: String,
    /// The packages of the workspace that its manifest names.
    pub(super) arrows: Vec<Arrow>,
}

/// A dependency of one package of the workspace on another.
#[derive(Debug)]
pub(super) struct Arrow {
    pub(super) to: String,
    /// `dependencies`, `dev-dependencies` or `build-dependencies`.
    pub(super) section: &'static str,
}

/// A package as the resolver chose it.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) features: Vec<String>,
}

/// Everything that a crate is built on, as `cargo tree --prefix depth` prints it.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) root: String,
    pub(super) text: String,
}

impl Facts {
    /// The file at this path.
    pub(super) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The Rust sources.
    pub(super) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    /// The Markdown pages.
    pub(super) fn markdown(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".md"))
    }
}

impl Tree {
    /// The packages below the root, in the order of the text: how deep each one stands, and its name.
    pub(super) fn below(&self) -> impl Iterator<Item = (usize, &str)> {
        let packages = self.text.lines().map(|line| {
            let package = line.trim_start_matches(|character: char| character.is_ascii_digit());
            let depth = line.strip_suffix(package).and_then(|digits| digits.parse().ok()).unwrap_or(0);
            (depth, package.split(' ').next().unwrap_or(package))
        });
        packages.filter(|(depth, _)| *depth > 0)
    }
}

impl File {
    /// `path:line`, the line counted from 1, of a byte offset in the text.
    pub(super) fn place(&self, offset: usize) -> String {
        let line = self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1;
        format!("{}:{line}", self.path)
    }
}
