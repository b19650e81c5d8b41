//! What a session in a terminal printed, as an SVG that plays it: a window in which each command
//! and then its output appear. Where a viewer does not animate, it shows the beginning.
//!
//! The same session gives the same bytes: ids, ports and times are replaced by fixed ones.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::process::Result;

/// The columns of the window, and its rows.
pub const COLUMNS: usize = 110;
const ROWS: usize = 30;

/// The size of a character, and what is around the text, in pixels.
const CHARACTER: f64 = 8.43;
const LINE: usize = 19;
const MARGIN: usize = 16;
const BAR: usize = 32;

/// How long a command stands alone, and its output, in milliseconds: a part for all, and one for
/// each line. The last frame stays longer.
const COMMAND: usize = 700;
const OUTPUT: usize = 900;
const OUTPUT_LINE: usize = 110;
const END: usize = 4_000;

/// How a line of a session begins.
const PROMPT: &str = "PS>";
const CONTINUATION: &str = ">>";
const COMMENT: &str = "#";

/// A text in one style.
#[derive(Debug, PartialEq)]
struct Span {
    /// The class of the style sheet; none for plain text.
    class: Option<&'static str>,
    text: String,
}

/// The picture of a session.
///
/// # Errors
/// A line is longer than the window, or has an escape sequence that is not known.
pub fn render(session: &str) -> Result<String> {
    let session = normalize(session);
    let mut lines: Vec<Vec<Span>> = Vec::new();
    for line in session.trim_end().lines() {
        let spans = spans(line.trim_end_matches('\r'))?;
        let length: usize = spans.iter().map(|span| span.text.chars().count()).sum();
        if length > COLUMNS {
            let text: String = spans.into_iter().map(|span| span.text).collect();
            return Err(format!(
                "a line is longer than {COLUMNS} columns; break it: {text}"
            ));
        }
        lines.push(spans);
    }
    Ok(picture(&lines))
}

fn picture(lines: &[Vec<Span>]) -> String {
    let width = (COLUMNS as f64 * CHARACTER).ceil() as usize + 2 * MARGIN;
    let inner = ROWS * LINE;
    let height = BAR + inner + MARGIN;
    let frames = frames(lines);
    let total: usize = frames.iter().map(|frame| frame.time).sum();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" width=\"{width}\" \
         height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
         <title>A PowerShell session with the module ManagedIdentity</title>\n\
         <style>\n{STYLE}"
    );
    // Where the text stands, and where the curtain that hides what is yet to come.
    let mut rules = |name: &str, position: &dyn Fn(&Frame) -> i64| {
        let _ = writeln!(svg, "@keyframes {name}{{");
        let mut elapsed = 0;
        for frame in &frames {
            let percent = elapsed as f64 * 100.0 / total as f64;
            let y = position(frame);
            let _ = writeln!(svg, "{percent:.2}%{{transform:translateY({y}px)}}");
            elapsed += frame.time;
        }
        let y = frames.last().map_or(0, position);
        let _ = writeln!(svg, "100%{{transform:translateY({y}px)}}\n}}");
        let _ = writeln!(
            svg,
            ".{name}{{animation:{name} {total}ms step-end infinite}}"
        );
    };
    let offset = |frame: &Frame| (frame.lines.saturating_sub(ROWS) * LINE) as i64;
    // Where nothing moves, the curtain is below the last line.
    let down = (lines.len() * LINE) as i64;
    rules("scroll", &|frame| -offset(frame));
    rules("curtain", &|frame| (frame.lines * LINE) as i64 - down);
    let _ = write!(
        svg,
        "@media (prefers-reduced-motion:reduce){{.scroll,.curtain{{animation:none}}}}\n</style>\n\
         <rect class=\"ground\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\n\
         <g class=\"bar\"><circle cx=\"18\" cy=\"16\" r=\"5\"/><circle cx=\"36\" cy=\"16\" r=\"5\"/>\
         <circle cx=\"54\" cy=\"16\" r=\"5\"/></g>\n\
         <svg x=\"{MARGIN}\" y=\"{BAR}\" width=\"{}\" height=\"{inner}\">\n<g class=\"scroll\">\n",
        width - 2 * MARGIN
    );
    for (row, line) in lines
        .iter()
        .enumerate()
        .filter(|(_, line)| !line.is_empty())
    {
        let _ = write!(svg, "<text y=\"{}\">", row * LINE + LINE - 5);
        for span in line {
            let text = escape(&span.text);
            match span.class {
                Some(class) => {
                    let _ = write!(svg, "<tspan class=\"{class}\">{text}</tspan>");
                }
                None => svg.push_str(&text),
            }
        }
        svg.push_str("</text>\n");
    }
    let _ = write!(
        svg,
        "<rect class=\"ground curtain\" y=\"{down}\" width=\"{width}\" height=\"{}\"/>\n\
         </g>\n</svg>\n</svg>\n",
        down as usize + inner
    );
    svg
}

/// Opaque in both themes, so that the text is readable on any page.
const STYLE: &str = "\
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono','DejaVu Sans Mono',monospace;\
white-space:pre;fill:#d6dde6}
.ground{fill:#0d1117}.bar{fill:#30363d}
.prompt{fill:#58a6ff;font-weight:bold}.comment{fill:#9da7b3;font-style:italic}
.head{fill:#3fb950;font-weight:bold}.warning{fill:#d29922}.error{fill:#ff7b72}
@media (prefers-color-scheme:light){
text{fill:#1f2328}.ground{fill:#f6f8fa}.bar{fill:#d1d9e0}
.prompt{fill:#0969da}.comment{fill:#59636e}.head{fill:#1a7f37}.warning{fill:#9a6700}.error{fill:#d1242f}
}
";

/// So many lines, for so many milliseconds.
#[derive(Debug, PartialEq)]
struct Frame {
    lines: usize,
    time: usize,
}

/// Two frames for each command: with it, and with its output, if it has any.
fn frames(lines: &[Vec<Span>]) -> Vec<Frame> {
    let begins = |at: usize, what: &str| {
        let first = lines.get(at).and_then(|line| line.first());
        first.is_some_and(|span| span.text.trim_end() == what)
    };
    let is_comment = |at: usize| {
        let first = lines.get(at).and_then(|line| line.first());
        first.is_some_and(|span| span.class == Some("comment"))
    };
    let mut frames = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        if !begins(at, PROMPT) {
            at += 1;
            continue;
        }
        at += 1;
        while begins(at, CONTINUATION) {
            at += 1;
        }
        frames.push(Frame {
            lines: at,
            time: COMMAND,
        });
        let command = at;
        while at < lines.len() && !begins(at, PROMPT) && !is_comment(at) {
            at += 1;
        }
        let output = lines[command..at].iter().filter(|line| !line.is_empty());
        let count = output.count();
        if count > 0 {
            frames.push(Frame {
                lines: at,
                time: OUTPUT + OUTPUT_LINE * count,
            });
        }
    }
    if let Some(last) = frames.last_mut() {
        last.time += END;
    }
    frames
}

/// A line in the styles of its escape sequences; prompts and comments have their own.
fn spans(line: &str) -> Result<Vec<Span>> {
    let mut found: Vec<Span> = Vec::new();
    let mut add = |class, text: &str| match found.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if last.class == class => last.text.push_str(text),
        _ => found.push(Span {
            class,
            text: text.to_owned(),
        }),
    };
    let mut rest = line;
    if rest.starts_with(COMMENT) {
        add(Some("comment"), rest);
        return Ok(found);
    }
    for prompt in [PROMPT, CONTINUATION] {
        if let Some(command) = rest
            .strip_prefix(prompt)
            .filter(|rest| rest.starts_with(' '))
        {
            add(Some("prompt"), prompt);
            add(None, command);
            return Ok(found);
        }
    }
    let mut class = None;
    while let Some((before, escaped)) = rest.split_once('\x1b') {
        add(class, before);
        let unknown = || format!("an escape sequence is not known: {escaped:?}");
        let (codes, after) = escaped
            .strip_prefix('[')
            .and_then(|escaped| escaped.split_once('m'))
            .ok_or_else(unknown)?;
        for code in codes.split(';') {
            class = match code {
                "" | "0" => None,
                // The color says it all: these are bold and italic.
                "1" | "3" => class,
                "31" => Some("error"),
                "32" => Some("head"),
                "33" => Some("warning"),
                _ => return Err(unknown()),
            };
        }
        rest = after;
    }
    add(class, rest);
    // What is only blank is nothing; the blanks at the end of a heading are no part of it.
    while let Some(last) = found.last_mut() {
        last.text.truncate(last.text.trim_end().len());
        if !last.text.is_empty() {
            break;
        }
        found.pop();
    }
    Ok(found)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A session with the same ids, port and times as any other. All keep their length, and so the
/// columns of tables.
fn normalize(session: &str) -> String {
    let mut ids: HashMap<String, u64> = HashMap::new();
    // Random ids are of version 4; those that an emulator always has are not.
    let text = replace(session, "hhhhhhhh-hhhh-4hhh-vhhh-hhhhhhhhhhhh", |id| {
        let next = ids.len() as u64;
        guid(*ids.entry(id.to_owned()).or_insert(next))
    });
    let text = replace(&text, "127.0.0.1:ddddd", |_| "127.0.0.1:50000".to_owned());
    replace(&text, "dd/dd/dddd dd:dd:dd", |_| {
        "01/15/2026 09:00:00".to_owned()
    })
}

/// Replaces what has a shape: `d` is a digit, `h` a hexadecimal one, `v` one from 8 to b.
fn replace(text: &str, shape: &str, mut with: impl FnMut(&str) -> String) -> String {
    let fits = |found: &str| {
        found
            .bytes()
            .zip(shape.bytes())
            .all(|(byte, shape)| match shape {
                b'd' => byte.is_ascii_digit(),
                b'h' => byte.is_ascii_hexdigit(),
                b'v' => matches!(byte, b'8' | b'9' | b'a' | b'b'),
                _ => byte == shape,
            })
    };
    let mut replaced = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let end = at + shape.len();
        match text.get(at..end).filter(|found| fits(found)) {
            Some(found) => {
                replaced.push_str(&with(found));
                at = end;
            }
            None => {
                let next = text[at..].chars().next().map_or(1, char::len_utf8);
                replaced.push_str(&text[at..at + next]);
                at += next;
            }
        }
    }
    replaced
}

/// The GUID of a number: one that looks like others.
fn guid(number: u64) -> String {
    // splitmix64, twice.
    let mix = |seed: u64| {
        let z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let (high, low) = (mix(2 * number + 1), mix(2 * number + 2));
    let text = format!("{high:016x}{low:016x}");
    format!(
        "{}-{}-4{}-8{}-{}",
        &text[..8],
        &text[8..12],
        &text[13..16],
        &text[17..20],
        &text[20..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "# Why\n\nPS> One |\n>>     Two\n\n\x1b[32;1mName Id\x1b[0m\n\
                           \x1b[32;1m---- --\x1b[0m\na&b  0d6f1c2a-7c4e-4b9e-9f3a-2f6d5b1c0e11\n\n\
                           # Then\n\nPS> Three\nPS> Four\n\x1b[33;1mWARNING: 127.0.0.1:40123\x1b[0m\n";

    fn shown(svg: &str) -> Vec<String> {
        let texts = svg.split("<text ").skip(1);
        texts
            .map(|text| {
                let text = text
                    .split_once('>')
                    .unwrap()
                    .1
                    .split_once("</text>")
                    .unwrap()
                    .0;
                let mut plain = String::new();
                let mut inside = false;
                for c in text.chars() {
                    match c {
                        '<' => inside = true,
                        '>' => inside = false,
                        _ if !inside => plain.push(c),
                        _ => {}
                    }
                }
                plain
            })
            .collect()
    }

    #[test]
    fn a_session_has_its_lines_in_order() {
        let svg = render(SESSION).unwrap();
        let id = guid(0);
        assert_eq!(
            shown(&svg),
            [
                "# Why",
                "PS&gt; One |",
                "&gt;&gt;     Two",
                "Name Id",
                "---- --",
                &format!("a&amp;b  {id}"),
                "# Then",
                "PS&gt; Three",
                "PS&gt; Four",
                "WARNING: 127.0.0.1:50000",
            ]
        );
        assert!(svg.contains("<tspan class=\"head\">Name Id</tspan>"));
        assert!(svg.contains("<tspan class=\"prompt\">PS&gt;</tspan> One |"));
        assert!(svg.contains("<tspan class=\"warning\">"));
    }

    #[test]
    fn the_same_session_is_the_same_picture() {
        let other = SESSION
            .replace(
                "0d6f1c2a-7c4e-4b9e-9f3a-2f6d5b1c0e11",
                "11111111-2222-4333-8444-555555555555",
            )
            .replace(":40123", ":51000");
        assert_eq!(render(SESSION).unwrap(), render(&other).unwrap());
        let fixed = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e 11/26/2026 08:00:09";
        assert_eq!(
            normalize(fixed),
            "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e 01/15/2026 09:00:00"
        );
        let two = format!("{} {0} {}", guid(7), guid(8));
        assert_eq!(normalize(&two), format!("{} {0} {}", guid(0), guid(1)));
    }

    #[test]
    fn each_command_appears_before_its_output() {
        let lines: Vec<_> = SESSION.lines().map(|line| spans(line).unwrap()).collect();
        let frames: Vec<_> = frames(&lines);
        let counts: Vec<_> = frames.iter().map(|frame| frame.lines).collect();
        assert_eq!(counts, [4, 9, 12, 13, 14]);
        assert_eq!(frames[1].time, OUTPUT + 3 * OUTPUT_LINE);
        assert_eq!(frames[4].time, OUTPUT + OUTPUT_LINE + END);
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let long = format!("PS> {}", "x".repeat(COLUMNS));
        let error = render(&long).unwrap_err();
        assert!(error.contains("longer than 110 columns"), "{error}");
        let error = render("\x1b[38;5;1mred").unwrap_err();
        assert!(error.contains("[38;5;1m"), "{error}");
        assert!(render("\x1b]0;title\x07").is_err());
    }
}
