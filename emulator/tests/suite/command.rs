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
fn prints_its_endpoint_and_ends_when_told_to() {
    use std::io::{BufRead, BufReader};
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
