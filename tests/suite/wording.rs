//! Texts that a user reads have none of the phrases that CONTRIBUTING.md lists under "Wording".

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The phrases, in lower case: the quotation of CONTRIBUTING.md.
fn phrases() -> Vec<String> {
    let page = read(&root().join("CONTRIBUTING.md"));
    let list = page
        .lines()
        .find_map(|line| line.strip_prefix("> "))
        .expect("CONTRIBUTING.md has the list as a quotation");
    list.split("; ").map(str::to_lowercase).collect()
}

/// The files below a folder that have one of the extensions.
fn files(folder: &str, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                if !["target", "obj", "bin"].contains(&&*name) {
                    folders.push(path);
                }
            } else if extensions.iter().any(|end| name.ends_with(end)) {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "{folder}");
    found
}

/// The string literals of Rust or C# before the unit tests, each on one line.
fn literals(source: &str) -> Vec<String> {
    let production = source.split("#[cfg(test)]\nmod ").next().unwrap();
    let mut found = Vec::new();
    let mut rest = production.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '/' if rest.peek() == Some(&'/') => while rest.next_if(|&c| c != '\n').is_some() {},
            // A character, such as '"', and not a lifetime.
            '\'' => match rest.next() {
                Some('\\') => drop((rest.next(), rest.next())),
                Some(_) => drop(rest.next_if_eq(&'\'')),
                None => {}
            },
            '"' => {
                let mut text = String::new();
                loop {
                    match rest.next() {
                        None | Some('"') => break,
                        Some('\\') => match rest.next() {
                            Some('\n') => while rest.next_if(|c| c.is_whitespace()).is_some() {},
                            Some(escaped) => text.push(escaped),
                            None => {}
                        },
                        Some(c) => text.push(c),
                    }
                }
                found.push(text);
            }
            _ => {}
        }
    }
    found
}

/// Where a phrase stands as whole words in a text, in any casing.
fn has(text: &str, phrase: &str) -> bool {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let lower = words.to_lowercase();
    lower.match_indices(phrase).any(|(at, _)| {
        let before = lower[..at].chars().next_back();
        let after = lower[at + phrase.len()..].chars().next();
        ![before, after]
            .iter()
            .flatten()
            .any(|c| c.is_alphanumeric())
    })
}

#[test]
fn texts_for_users_have_none_of_the_phrases() {
    let mut texts: Vec<(PathBuf, Vec<String>)> = Vec::new();
    let mut pages = files("ps-module/help", &[".md"]);
    pages.extend(files("ps-module/en-US", &[".help.txt"]));
    pages.extend(files("docs", &[".md"]));
    pages.extend(files("examples", &[".ps1", ".yml"]));
    pages.extend(
        [
            "README.md",
            "ARCHITECTURE.md",
            "CHANGELOG.md",
            "SECURITY.md",
            "bench/performance.md",
            "emulator/README.md",
            "xtask/demo/Story.ps1",
        ]
        .map(|file| root().join(file)),
    );
    for page in pages {
        let text = read(&page);
        texts.push((page, text.split("\n\n").map(str::to_owned).collect()));
    }
    let mut sources = files("src", &[".rs"]);
    sources.extend(files("bench/src", &[".rs"]));
    sources.extend(files("xtask/src", &[".rs"]));
    sources.extend(files("ps-module", &[".cs"]));
    sources.push(root().join("emulator/src/main.rs"));
    for source in sources {
        let text = read(&source).replace("\r\n", "\n");
        texts.push((source, literals(&text)));
    }

    let phrases = phrases();
    assert!(phrases.len() > 20);
    let mut found = Vec::new();
    for (file, texts) in &texts {
        for text in texts {
            for phrase in phrases.iter().filter(|phrase| has(text, phrase)) {
                found.push(format!("{}: '{phrase}' in: {text}", file.display()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_phrase_is_found_in_literals_and_across_lines() {
    let source = "let a = '\"'; // nobody\nf(\"It is so \\\n    Already\", \"for everything\");";
    assert_eq!(literals(source), ["It is so Already", "for everything"]);
    assert!(has("It is so Already.", "it is so already"));
    assert!(has("said\nanew", "anew"));
    assert!(!has("for everything", "for ever"));
}
