//! The connections of this process, as Linux lists them.

use std::collections::HashSet;
use std::fs;

use reqwest::Url;

/// How many connections to the host and port of `url` are open; none where the system does not say.
pub(crate) fn open_to(url: &Url) -> Option<usize> {
    let own: HashSet<String> = fs::read_dir("/proc/self/fd")
        .ok()?
        .filter_map(|file| fs::read_link(file.ok()?.path()).ok())
        .filter_map(|target| {
            let target = target.to_str()?;
            let inode = target.strip_prefix("socket:[")?.strip_suffix(']')?;
            Some(inode.to_owned())
        })
        .collect();
    let table = fs::read_to_string("/proc/self/net/tcp").ok()?;
    Some(established(&table, url.port_or_known_default()?, &own))
}

/// The connections of a table to a port that are established and have one of these inodes.
fn established(table: &str, port: u16, inodes: &HashSet<String>) -> usize {
    const ESTABLISHED: &str = "01";
    let remote = format!(":{port:04X}");
    let is_one = |line: &&str| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        matches!(columns[..], [_, _, to, ESTABLISHED, _, _, _, _, _, inode, ..]
            if to.ends_with(&remote) && inodes.contains(inode))
    };
    table.lines().skip(1).filter(is_one).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_connections_to_the_port_count() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 11 1 0 20 4 30 10 -1
   1: 0100007F:C351 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 12 1 0 20 4 30 10 -1
   2: 0100007F:C352 0100007F:1F90 06 00000000:00000000 00:00000000 00000000  1000        0 11 1 0 20 4 30 10 -1
   3: 0100007F:C353 0100007F:1F91 01 00000000:00000000 00:00000000 00000000  1000        0 11 1 0 20 4 30 10 -1
";
        let own = HashSet::from(["11".to_owned()]);
        assert_eq!(established(table, 0x1F90, &own), 1);
    }
}
