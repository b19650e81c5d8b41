//! The notices of all software of others that the native libraries contain: each crate with its
//! licence and the texts that come with it, and Rust's standard library.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use spdx::{Expression, Licensee};

use super::crates::{Crate, canonical};
use crate::assemble;
use crate::process::{Result, Run};
use crate::workspace::MODULE;

/// The file in the module.
pub const FILE: &str = "THIRD-PARTY-NOTICES.txt";

/// The licences that a crate may have. Of a choice, one of them must be there.
const ACCEPTED: [&str; 7] = [
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Zlib",
];

/// What the name of a file with a licence or a notice begins with, in any casing.
const NAMES: [&str; 6] = [
    "copying",
    "copyright",
    "licence",
    "license",
    "notice",
    "unlicense",
];

/// Crates of the standard library that are part of it on systems of which the module has none.
const ELSEWHERE: [&str; 9] = [
    "dlmalloc",
    "fortanix-sgx-abi",
    "hermit-abi",
    "moto-rt",
    "r-efi",
    "r-efi-alloc",
    "vex-sdk",
    "wasi",
    "wit-bindgen",
];

/// A piece of software and what must be said of it.
pub struct Notice {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence, as an SPDX expression.
    pub license: String,
    /// Where it comes from.
    pub source: String,
    /// The texts that come with it, by the names of their files.
    texts: Vec<(String, String)>,
}

/// The notices of crates.
pub fn of_crates(crates: &[Crate]) -> Result<Vec<Notice>> {
    crates
        .iter()
        .filter(|one| !one.is_own())
        .map(|one| {
            let page = format!("https://crates.io/crates/{}", one.name);
            checked(Notice {
                name: one.name.clone(),
                version: one.version.clone(),
                license: one.license.clone(),
                source: one.repository.clone().unwrap_or(page),
                texts: texts(&one.folder)?,
            })
        })
        .collect()
}

/// The notices of the standard library of the Rust that is installed, which come with it.
pub fn of_standard_library() -> Result<Vec<Notice>> {
    let ask = |question: &[&str]| -> Result<String> {
        let outcome = Run::new("rustc").args(question).run()?;
        Ok(outcome.last_line().to_owned())
    };
    let version = ask(&["--version"])?;
    let version = version.split(' ').nth(1).unwrap_or_default();
    let folder = PathBuf::from(ask(&["--print", "sysroot"])?).join("share/doc/rust");
    let read = |name: &str| {
        let file = folder.join(name);
        fs::read_to_string(&file).map_err(|error| {
            format!(
                "{}: {error}: install Rust with rustup, which includes the notices of its standard \
                 library",
                file.display()
            )
        })
    };
    let licenses = ["Apache-2.0", "MIT", "Unicode-3.0"].map(|name| format!("{name}.txt"));
    let texts = licenses
        .into_iter()
        .map(|name| Ok((name.clone(), tidy(&read(&format!("licenses/{name}"))?))))
        .collect::<Result<_>>()?;
    let own = checked(Notice {
        name: "The Rust standard library".to_owned(),
        version: version.to_owned(),
        license: "(MIT OR Apache-2.0) AND Unicode-3.0".to_owned(),
        source: "https://github.com/rust-lang/rust, The Rust Project Developers".to_owned(),
        texts,
    })?;
    let mut notices = vec![own];
    notices.extend(in_page(&read("COPYRIGHT-library.html")?)?);
    Ok(notices)
}

/// The crates in the page that Rust makes of its standard library.
fn in_page(page: &str) -> Result<Vec<Notice>> {
    let notices = page
        .split("<h3>\u{1F4E6} ")
        .skip(1)
        .filter_map(|part| {
            let (title, rest) = part.split_once("</h3>")?;
            let (name, version) = name_and_version(title)?;
            (!ELSEWHERE.contains(&name)).then_some((name, version, rest))
        })
        .map(|(name, version, rest)| {
            let license = between(rest, "<b>License:</b>", "</p>").unwrap_or_default();
            let license = canonical(license.trim())
                .map_err(|why| format!("the licence of {name} {version}: {why}"))?;
            let texts = rest.split("<summary><code>").skip(1).filter_map(|file| {
                let (name, rest) = file.split_once("</code>")?;
                Some((
                    name.to_owned(),
                    tidy(&decoded(between(rest, "<pre>", "</pre>")?)),
                ))
            });
            checked(Notice {
                name: name.to_owned(),
                version: version.to_owned(),
                license,
                source: format!("https://crates.io/crates/{name}, in the Rust standard library"),
                texts: texts.collect(),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    if notices.is_empty() {
        return Err("Rust's page about its standard library has another form now".to_owned());
    }
    Ok(notices)
}

/// The parts of a name such as `r-efi-5.3.0`.
fn name_and_version(title: &str) -> Option<(&str, &str)> {
    let at = title
        .match_indices('-')
        .map(|(at, _)| at)
        .find(|at| title[at + 1..].starts_with(|next: char| next.is_ascii_digit()))?;
    Some((&title[..at], &title[at + 1..]))
}

/// What lies between two texts.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(from)?;
    rest.split_once(to).map(|(found, _)| found)
}

/// HTML's references to characters, as characters.
fn decoded(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        let found = after
            .split_once(';')
            .and_then(|(name, rest)| Some((character(name)?, rest)));
        rest = match found {
            Some((character, rest)) => {
                text.push(character);
                rest
            }
            None => {
                text.push('&');
                after
            }
        };
    }
    text + rest
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        _ => char::from_u32(name.strip_prefix('#')?.parse().ok()?),
    }
}

/// Fails for a licence that the project does not accept, and for software without a text.
fn checked(notice: Notice) -> Result<Notice> {
    let Notice {
        name,
        version,
        license,
        ..
    } = &notice;
    if !accepts(license)? {
        return Err(format!(
            "{name} {version} is part of the libraries under the licence {license}, and accepted are: \
             {}",
            ACCEPTED.join(", ")
        ));
    }
    if notice.texts.is_empty() {
        return Err(format!(
            "{name} {version} comes without the text of its licence ({license})"
        ));
    }
    Ok(notice)
}

/// Whether one of the licences of an expression may be chosen.
fn accepts(license: &str) -> Result<bool> {
    let failed = |error: spdx::ParseError| format!("the licence {license}: {error}");
    let expression = Expression::parse(license).map_err(failed)?;
    let accepted = ACCEPTED
        .iter()
        .map(|one| Licensee::parse(one).map_err(failed))
        .collect::<Result<Vec<_>>>()?;
    Ok(expression.evaluate(|wanted| accepted.iter().any(|one| one.satisfies(wanted))))
}

/// The texts of licences and notices in a folder and in those in it: a crate may contain code of
/// others with texts of their own.
fn texts(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    collect(folder, folder, &mut found)?;
    Ok(found)
}

fn collect(base: &Path, folder: &Path, found: &mut Vec<(String, String)>) -> Result<()> {
    for file in assemble::files(folder)? {
        if file.is_dir() {
            collect(base, &file, found)?;
        } else if is_text(&file) {
            let text = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            let name = file.strip_prefix(base).unwrap_or(&file).to_string_lossy();
            found.push((
                name.replace('\\', "/"),
                tidy(&String::from_utf8_lossy(&text)),
            ));
        }
    }
    Ok(())
}

/// Whether a file is a text of a licence or a notice, by its name.
fn is_text(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|one| name.starts_with(one)) && !name.ends_with(".rs")
}

/// A text as it is compared and shown: without spaces at the ends of lines and lines around it.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// The page of all notices: a list of the software, then each text once.
pub fn page(version: &str, notices: &[Notice]) -> String {
    let mut page = format!(
        "THIRD-PARTY NOTICES\n\nThe native libraries of {MODULE} {version} contain the software \
         listed below, on some or all platforms.\nThe texts of its licences follow the list.\n\n"
    );
    let mut texts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for notice in notices {
        let Notice {
            name,
            version,
            license,
            source,
            ..
        } = notice;
        // Writing to a string does not fail.
        let _ = writeln!(page, "  {name} {version}\n      {license}\n      {source}");
        for (file, text) in &notice.texts {
            let users = texts.entry(text).or_default();
            users.push(format!("{name} {version} ({file})"));
        }
    }
    let mut texts: Vec<_> = texts.into_iter().collect();
    texts.sort_by(|(_, one), (_, other)| one.cmp(other));
    for (text, users) in texts {
        let line = "=".repeat(80);
        let _ = writeln!(
            page,
            "\n{line}\n{}\n{}\n\n{text}",
            users.join("\n"),
            "-".repeat(80)
        );
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(license: &str, texts: &[(&str, &str)]) -> Notice {
        let text = |&(name, text): &(&str, &str)| (name.to_owned(), text.to_owned());
        Notice {
            name: "one".to_owned(),
            version: "1.0.0".to_owned(),
            license: license.to_owned(),
            source: "https://example.com".to_owned(),
            texts: texts.iter().map(text).collect(),
        }
    }

    #[test]
    fn a_licence_that_is_not_accepted_fails_unless_another_may_be_chosen() {
        let texts = [("LICENSE", "text")];
        for license in [
            "MIT",
            "MIT OR GPL-3.0-only",
            "Apache-2.0 AND ISC",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(checked(notice(license, &texts)).is_ok(), "{license}");
        }
        for license in [
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "MPL-2.0",
            "nonsense",
        ] {
            let sentence = checked(notice(license, &texts)).err();
            assert!(
                sentence.is_some_and(|why| why.contains(license)),
                "{license}"
            );
        }
        let sentence = checked(notice("MIT", &[])).err().expect("has no text");
        assert!(sentence.contains("one 1.0.0"), "{sentence}");
    }

    #[test]
    fn texts_are_found_in_inner_folders_and_sources_are_no_texts() {
        let base = std::env::temp_dir().join(format!("xtask-texts-{}", std::process::id()));
        let inner = base.join("vendor");
        fs::create_dir_all(&inner).expect("can be made");
        for file in ["LICENSE-MIT", "license.rs", "README", "vendor/NOTICE"] {
            fs::write(base.join(file), format!("{file} \r\n\r\n")).expect("can be written");
        }
        let found = texts(&base).expect("can be read");
        let text = |name: &str| (name.to_owned(), name.to_owned());
        assert_eq!(found, [text("LICENSE-MIT"), text("vendor/NOTICE")]);
        fs::remove_dir_all(base).expect("can be removed");
    }

    #[test]
    fn a_text_of_several_is_on_the_page_once() {
        let mut other = notice("ISC", &[("LICENSE", "same")]);
        other.name = "other".to_owned();
        let page = page("0.1.0", &[notice("MIT", &[("LICENSE-MIT", "same")]), other]);
        assert_eq!(page.matches("same").count(), 1);
        for part in ["one 1.0.0 (LICENSE-MIT)", "other 1.0.0 (LICENSE)", "ISC"] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }

    #[test]
    fn rust_s_page_is_read() {
        let page = "<h3>\u{1F4E6} r-thing-5.3.0</h3>\n<p><b>License:</b> MIT/Apache-2.0</p>\n\
                    <details><summary><code>LICENSE</code></summary><pre>\n  a &#60;b&#62; &amp; &c\n</pre>\
                    </details>\n<h3>\u{1F4E6} wasi-0.14.4+wasi-0.2.4</h3>";
        let [one] = &in_page(page).expect("can be read")[..] else {
            panic!("one is for the systems of the module")
        };
        let found = (
            one.name.as_str(),
            one.version.as_str(),
            one.license.as_str(),
        );
        assert_eq!(found, ("r-thing", "5.3.0", "MIT OR Apache-2.0"));
        let text = "  a <b> & &c".to_owned();
        assert_eq!(one.texts, [("LICENSE".to_owned(), text)]);
        assert!(in_page("<html></html>").is_err());
    }

    #[test]
    fn the_installed_rust_has_notices() {
        let notices = of_standard_library().expect("come with Rust");
        assert!(notices.iter().any(|notice| notice.name == "hashbrown"));
    }
}
