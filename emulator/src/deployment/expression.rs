//! The language of expressions in templates: `[concat(parameters('a').b[0], '-x')]`.

use std::iter::Peekable;
use std::str::Chars;

/// The longest expression that Azure takes.
const MAX_LENGTH: usize = 24_576;
/// How deep calls, members and indexes may be nested.
const MAX_DEPTH: usize = 64;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Text(String),
    Number(i64),
    /// The name is as written, with the namespace if it has one.
    Call(String, Vec<Expression>),
    Member(Box<Expression>, String),
    Index(Box<Expression>, Box<Expression>),
}

/// What a string in a template is.
#[derive(Debug, PartialEq)]
pub(super) enum Text {
    /// Itself; of `[[…` the first bracket is gone.
    Literal(String),
    Expression(Expression),
}

/// Reads a string of a template.
///
/// # Errors
/// What is wrong with an expression, as a sentence.
pub(super) fn read(text: &str) -> Result<Text, String> {
    let Some(inside) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) else {
        return Ok(Text::Literal(text.to_owned()));
    };
    if inside.starts_with('[') {
        return Ok(Text::Literal(text[1..].to_owned()));
    }
    if text.chars().count() > MAX_LENGTH {
        return Err(format!(
            "The template language expression has more than {MAX_LENGTH} characters."
        ));
    }
    let mut parser = Parser {
        rest: inside.chars().peekable(),
        depth: 0,
    };
    let expression = parser.whole();
    expression.map(Text::Expression).map_err(|problem| {
        let mut shown: String = text.chars().take(200).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        format!(
            "The language expression '{shown}' is not valid: {problem}. Please see https://aka.ms/arm-template-expressions for usage details."
        )
    })
}

struct Parser<'a> {
    rest: Peekable<Chars<'a>>,
    depth: usize,
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

impl Parser<'_> {
    fn whole(&mut self) -> Result<Expression, String> {
        let expression = self.expression()?;
        match self.peek() {
            None => Ok(expression),
            Some(c) => Err(format!("the character '{c}' is not expected")),
        }
    }

    fn peek(&mut self) -> Option<char> {
        while self.rest.next_if(|c| c.is_whitespace()).is_some() {}
        self.rest.peek().copied()
    }

    fn expect(&mut self, wanted: char) -> Result<(), String> {
        match self.peek() {
            Some(found) if found == wanted => {
                self.rest.next();
                Ok(())
            }
            Some(found) => Err(format!("'{wanted}' is expected, and not '{found}'")),
            None => Err(format!("'{wanted}' is expected, and not the end")),
        }
    }

    fn name(&mut self) -> Result<String, String> {
        match self.peek() {
            Some(c) if is_name_start(c) => {}
            Some(c) => return Err(format!("a name is expected, and not '{c}'")),
            None => return Err("a name is expected, and not the end".to_owned()),
        }
        let mut name = String::new();
        while let Some(c) = self.rest.next_if(|c| is_name(*c)) {
            name.push(c);
        }
        Ok(name)
    }

    fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("it is nested deeper than {MAX_DEPTH} levels"));
        }
        Ok(())
    }

    fn expression(&mut self) -> Result<Expression, String> {
        self.deeper()?;
        let mut found = match self.peek() {
            Some('\'') => Expression::Text(self.text()?),
            Some(c) if c.is_ascii_digit() || c == '-' || c == '+' => {
                Expression::Number(self.number()?)
            }
            _ => self.call()?,
        };
        // Each step behind it nests the expression as deep as a call does.
        let mut steps = 0;
        loop {
            match self.peek() {
                Some('.') => {
                    self.rest.next();
                    let name = self.name()?;
                    found = Expression::Member(Box::new(found), name);
                }
                Some('[') => {
                    self.rest.next();
                    let index = self.expression()?;
                    self.expect(']')?;
                    found = Expression::Index(Box::new(found), Box::new(index));
                }
                _ => break,
            }
            steps += 1;
            self.deeper()?;
        }
        self.depth -= steps + 1;
        Ok(found)
    }

    fn call(&mut self) -> Result<Expression, String> {
        let mut name = self.name()?;
        // A function of a namespace: `sys.concat()`.
        if self.peek() == Some('.') {
            self.rest.next();
            name.push('.');
            name.push_str(&self.name()?);
        }
        self.expect('(')?;
        let mut arguments = Vec::new();
        if self.peek() == Some(')') {
            self.rest.next();
            return Ok(Expression::Call(name, arguments));
        }
        loop {
            arguments.push(self.expression()?);
            match self.peek() {
                Some(',') => {
                    self.rest.next();
                }
                _ => break,
            }
        }
        self.expect(')')?;
        Ok(Expression::Call(name, arguments))
    }

    /// A quoted text, in which a doubled quote stands for one.
    fn text(&mut self) -> Result<String, String> {
        self.expect('\'')?;
        let mut text = String::new();
        loop {
            match self.rest.next() {
                None => return Err("a text has no end".to_owned()),
                Some('\'') => {
                    if self.rest.next_if_eq(&'\'').is_none() {
                        return Ok(text);
                    }
                    text.push('\'');
                }
                Some(c) => text.push(c),
            }
        }
    }

    fn number(&mut self) -> Result<i64, String> {
        let mut text = String::new();
        while let Some(c) = self
            .rest
            .next_if(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.'))
        {
            text.push(c);
        }
        text.parse()
            .map_err(|_| format!("'{text}' is not a whole number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, arguments: Vec<Expression>) -> Expression {
        Expression::Call(name.to_owned(), arguments)
    }

    fn text(text: &str) -> Expression {
        Expression::Text(text.to_owned())
    }

    #[test]
    fn expressions() {
        let read = |text: &str| match read(text).unwrap() {
            Text::Expression(expression) => expression,
            Text::Literal(literal) => panic!("{literal}"),
        };
        assert_eq!(read("[a()]"), call("a", vec![]));
        assert_eq!(
            read("[ f ( 'it''s' , -12 ) ]"),
            call("f", vec![text("it's"), Expression::Number(-12)])
        );
        let member = Expression::Member(Box::new(call("p", vec![text("x")])), "y".to_owned());
        let index = Expression::Index(Box::new(member), Box::new(Expression::Number(0)));
        assert_eq!(read("[p('x').y[0]]"), index);
        assert_eq!(
            read("[sys.concat('a')]"),
            call("sys.concat", vec![text("a")])
        );
        assert_eq!(read("['a]b']"), text("a]b"));
    }

    #[test]
    fn literals() {
        for (given, wanted) in [
            ("", ""),
            ("a", "a"),
            ("[a", "[a"),
            ("a]", "a]"),
            ("[[a]", "[a]"),
            ("[[a]]", "[a]]"),
            ("[", "["),
        ] {
            assert_eq!(read(given), Ok(Text::Literal(wanted.to_owned())), "{given}");
        }
    }

    #[test]
    fn what_is_no_expression() {
        let deep = format!("[{}a(){}]", "f(".repeat(2_000), ")".repeat(2_000));
        let long = format!("[a{}]", ".b".repeat(2_000));
        let indexes = format!("[a(){}]", "[0]".repeat(2_000));
        for given in [
            "[]",
            "[a]",
            "[a(]",
            "[a)]",
            "[a()) ]",
            "[a(,)]",
            "[a('x]",
            "[a() b()]",
            "[a().]",
            "[a()[]]",
            "[1.5]",
            "[99999999999999999999]",
            "[é()]",
            "[a.b.c()]",
            "[\u{0}]",
            &deep,
            &long,
            &indexes,
            &format!("['{}']", "x".repeat(30_000)),
        ] {
            assert!(read(given).is_err(), "{given}");
        }
    }
}
