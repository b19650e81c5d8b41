//! PEM files: the password on the first line, and the file.

use managed_identity::fuzzing::{auth, is_command};

use crate::input;

pub fn run(data: &[u8]) {
    let (password, file) = input::first_line(data);
    for password in [None, Some(&*password)] {
        if let Err(error) = auth::pem(file, password) {
            assert!(!error.contains(is_command), "{error:?}");
        }
    }
}
