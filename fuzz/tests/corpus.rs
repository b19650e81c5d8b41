//! Each target over its corpus, and over short mutations of it that are the same in each run.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fuzz::{TARGETS, Target};

/// How long a target mutates. What it reached by then differs with the machine, and what it tries
/// does not.
const TIME: Duration = Duration::from_millis(1500);

/// How many mutations it makes at most.
const MOST: usize = 20_000;

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// The files of a corpus, by name.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let files = fs::read_dir(corpora().join(name)).into_iter().flatten();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// Numbers that look like chance, and are the same each time (xorshift64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

/// What readers take for special.
const WORDS: [&[u8]; 14] = [
    b"\"",
    b"\\",
    b"{",
    b"[",
    b"}",
    b"]",
    b"'",
    b"\0",
    b"\r\n",
    b"\x1b[31m",
    b"\xff",
    "\u{202e}".as_bytes(),
    b"null",
    b"-1",
];

fn mutated(seeds: &[Vec<u8>], numbers: &mut Numbers) -> Vec<u8> {
    let mut data = seeds[numbers.below(seeds.len())].clone();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(data.len() + 1);
        match numbers.below(6) {
            0 if at < data.len() => data[at] = numbers.below(256) as u8,
            1 => data.truncate(at),
            2 => {
                let word = WORDS[numbers.below(WORDS.len())];
                data.splice(at..at, word.iter().copied());
            }
            3 => {
                let end = at + numbers.below(data.len() - at + 1);
                let part = data[at..end].to_vec();
                data.splice(at..at, part);
            }
            4 => {
                let end = at + numbers.below(data.len() - at + 1).min(16);
                data.drain(at..end);
            }
            _ => {
                let other = &seeds[numbers.below(seeds.len())];
                let from = numbers.below(other.len() + 1);
                data.truncate(at);
                data.extend_from_slice(&other[from..]);
            }
        }
    }
    data
}

fn run(target: &Target) {
    let seeds = corpus(target.name);
    assert!(
        seeds.len() >= 5,
        "{}: the corpus has {} files",
        target.name,
        seeds.len()
    );
    seeds.iter().for_each(|seed| target.run(seed));
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let until = Instant::now() + TIME;
    let tried = (0..MOST)
        .take_while(|_| Instant::now() < until)
        .map(|_| target.run(&mutated(&seeds, &mut numbers)))
        .count();
    println!("{}: {} files, {tried} mutations", target.name, seeds.len());
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                run(Target::named(stringify!($name)).unwrap());
            }
        )*

        #[test]
        fn every_target_is_here_and_has_a_corpus_and_no_corpus_is_left_over() {
            let here = [$(stringify!($name)),*];
            let targets: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(here.as_slice(), targets);
            let mut folders: Vec<_> = fs::read_dir(corpora())
                .unwrap()
                .map(|folder| folder.unwrap().file_name().into_string().unwrap())
                .collect();
            folders.sort();
            assert_eq!(folders, targets);
        }
    };
}

targets! {
    abi answers bodies emulator_kql emulator_odata emulator_requests emulator_template headers ids
    keys queries redaction templates tokens tools
}
