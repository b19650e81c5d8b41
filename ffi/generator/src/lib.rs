//! Generates what is mechanical on both sides of the C ABI from the declarations of its records:
//! the Rust that reads and fills them, and the C# that does the same, with its models.
//!
//! A declaration says by `#[azmi(…)]` what does not follow from its name and its type.
//!
//! | On a record | means |
//! | --- | --- |
//! | `reads = path` | the host passes it in; it is read into this type of the library. Without a path it is read by hand |
//! | `shows = path` | the host is given it; it is filled from this type of the library. Without a path it is filled by hand |
//! | `model = Name` | its public class in C# |
//! | `class = Name` | its internal class in C# |
//! | `text = field` | what `ToString` of the class returns, as a console can have it |
//! | `open` | other classes derive from the class |
//! | `made` | the C# reader calls `Make`, written by hand, for the object that it fills |
//!
//! | On a field | means |
//! | --- | --- |
//! | `member = path` | where it is in the library's type; its own name when not given |
//! | `with = function` | the function of `src/ffi` that it passes through |
//! | `optional` | it may be absent: a null pointer |
//! | `none = number` | the number that stands for none |
//! | `required` | a request can't be made without it |
//! | `secret` | its text is a secret |
//! | `base64` | its text is bytes in base64 |
//! | `name = Name` | its property in C# |
//! | `shown = "type"`, `read = "function"` | the type of that property, and the function in C# that gives its value |
//! | `raw = Name` | the internal property in C# that has the text from which that property is filled by hand |
//! | `initial = "expression"` | the value in C# when nobody sets it |
//! | `hidden` | it has no property in C# |
//! | `shared` | most objects of a list have the same text: they share one string in C# |
//! | `item` | of the event: a result |
//!
//! On an alias of `u32`, `constants = "PREFIX_"` makes it an enumeration of the constants with that
//! prefix, `of = path` names the library's, and `model` or `class` that of C#, with `flags` if its
//! values combine. On a constant, `name` is its name there.

mod csharp;
mod declarations;
mod hostile;
mod rust;
mod settings;
#[cfg(test)]
mod tests;

pub use declarations::Declarations;

/// What is wrong with a declaration, and where.
pub type Result<T> = std::result::Result<T, String>;

impl Declarations {
    /// The Rust that reads the records that the host passes in, and fills those that it is given.
    pub fn rust(&self) -> Result<String> {
        rust::generate(self)
    }

    /// What the fuzzers call the C ABI with.
    pub fn hostile(&self) -> String {
        hostile::generate(self)
    }

    /// The C# classes of the records, their readers and the requests. `origin` says what they are
    /// generated from.
    pub fn csharp(&self, origin: &str) -> Result<String> {
        csharp::generate(self, origin)
    }
}

/// `resource_group` as `ResourceGroup`, `RESOURCE_GROUP` too.
fn pascal(name: &str) -> String {
    name.split('_').map(capitalized).collect()
}

fn capitalized(word: &str) -> String {
    let word = word.to_lowercase();
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// `RoleScope` as `roleScope`.
fn camel(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}
