#[cfg(unix)]
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::Command;

fn emulator(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_emulator"));
    command.args(arguments);
    command
}

#[test]
fn bad_arguments_name_parameter_value_and_rule() {
    for (arguments, parts) in [
        (&["--port", "99999"][..], &["--port", "99999", "65535"][..]),
        (&["--page-size", "0"], &["--page-size", "'0'", "at least 1"]),
        (&["--latency-ms", "x"], &["--latency-ms", "'x'", "digit"]),
        (&["--nonsense"], &["--nonsense"]),
        (
            &["--state", "/nonexistent/folder/state.json"],
            &["/nonexistent/folder/state.json", "cannot read"],
        ),
        (
            &["--seed", "/nonexistent/seed.json"],
            &["/nonexistent/seed.json", "cannot read"],
        ),
    ] {
        let output = emulator(arguments).output().unwrap();
        assert!(!output.status.success());
        assert!(output.stdout.is_empty());
        let text = String::from_utf8(output.stderr).unwrap();
        for part in parts {
            assert!(text.contains(part), "{arguments:?}: {text}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_key_from_the_environment_is_not_printed() {
    let mut child = emulator(&[])
        .env("EMULATOR_ADMIN_KEY", "a-key-for-this-test")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut endpoint = String::new();
    output.read_line(&mut endpoint).unwrap();
    let address = endpoint.trim().split_once("//").unwrap().1;
    let get = |key: &str| {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let request = format!(
            "GET /_emulator/clock HTTP/1.1\r\nHost: {address}\r\nX-Emulator-Key: {key}\r\n\
             Connection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(get("a-key-for-this-test").starts_with("HTTP/1.1 200 "));
    assert!(get("another-key-for-it").starts_with("HTTP/1.1 401 "));
    let id = child.id().to_string();
    Command::new("kill").arg(&id).status().unwrap();
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "the endpoint is the only line");
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_bad_key_in_the_environment_is_refused_and_not_printed() {
    let output = emulator(&[])
        .env("EMULATOR_ADMIN_KEY", "brief")
        .output()
        .unwrap();
    assert!(!output.status.success() && output.stdout.is_empty());
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("EMULATOR_ADMIN_KEY") && text.contains("at least 16"),
        "{text}"
    );
    assert!(!text.contains("brief"), "{text}");
}

#[cfg(unix)]
#[test]
fn prints_its_endpoint_and_ends_when_told_to() {
    use std::process::Stdio;

    for (signal, more) in [("-TERM", &[][..]), ("-INT", &["--tls"][..])] {
        let mut child = emulator(more).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let endpoint = lines.next().unwrap().unwrap();
        if more.is_empty() {
            assert!(endpoint.starts_with("http://127.0.0.1:"), "{endpoint}");
        } else {
            assert!(endpoint.starts_with("https://127.0.0.1:"), "{endpoint}");
            let certificate = lines.next().unwrap().unwrap();
            assert!(std::path::Path::new(&certificate).exists());
        }
        assert_eq!(lines.next().unwrap().unwrap().len(), 43, "the key");
        let address = endpoint.split_once("//").unwrap().1.to_owned();
        std::net::TcpStream::connect(&address).unwrap();
        let id = child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
        assert!(child.wait().unwrap().success());
        std::net::TcpStream::connect(&address).unwrap_err();
    }
}
