//! A Firebird connection string in the forms that people know: where the server is, and which database it shall open.

use super::errors::{Expected, ProblemKind};
use super::section::Item;
use super::values::bad;

/// Host, port and path of a connection string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Name or address; `None`: embedded.
    pub host: Option<String>,
    /// TCP port.
    pub port: Option<u16>,
    /// Path or alias.
    pub path: String,
}

/// `host:path`, `host/port:path`, `[address]/port:path`, `inet://host:port/path`, or a path alone.
///
/// # Errors
/// Of another form.
pub fn connection(item: &Item<'_>) -> Result<Connection, ProblemKind> {
    let text = item.path(Expected::ConnectionString)?.trim();
    parse(text).ok_or_else(|| bad(text, Expected::ConnectionString))
}

/// See [`connection`].
pub fn parse(text: &str) -> Option<Connection> {
    let port = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0);
    if let Some(rest) = text.strip_prefix("inet://") {
        let (server, path) = rest.split_once('/')?;
        let (host, number) = match server.rsplit_once(':') {
            Some((host, number)) if !number.ends_with(']') => (host, Some(port(number)?)),
            _ => (server, None),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        return (!host.is_empty() && !path.is_empty()).then(|| Connection {
            host: Some(host.to_owned()),
            port: number,
            path: path.to_owned(),
        });
    }
    let (server, path) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, rest) = rest.split_once(']')?;
            let (number, path) = rest.split_once(':')?;
            let number = number
                .strip_prefix('/')
                .map(|n| port(n).ok_or(()))
                .transpose()
                .ok()?;
            return (!path.is_empty()).then(|| Connection {
                host: Some(address.to_owned()),
                port: number,
                path: path.to_owned(),
            });
        }
        None => match text.split_once(':') {
            // One letter before the colon is a Windows drive; a slash first is a path.
            Some((server, path)) if server.len() > 1 && !server.starts_with(['/', '\\', '.']) => {
                (server, path)
            }
            _ => {
                return Some(Connection {
                    host: None,
                    port: None,
                    path: text.to_owned(),
                });
            }
        },
    };
    let (host, number) = match server.split_once('/') {
        Some((host, number)) => (host, Some(port(number)?)),
        None => (server, None),
    };
    (!host.is_empty() && !path.is_empty() && !host.contains(['\\', ' '])).then(|| Connection {
        host: Some(host.to_owned()),
        port: number,
        path: path.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_strings() {
        let c = |host: Option<&str>, port, path: &str| {
            Some(Connection {
                host: host.map(str::to_owned),
                port,
                path: path.to_owned(),
            })
        };
        for (text, expected) in [
            (
                r"servidor:C:\Sidicom\DADOS.FDB",
                c(Some("servidor"), None, r"C:\Sidicom\DADOS.FDB"),
            ),
            (
                r"10.0.0.5/3051:C:\S4\D.FDB",
                c(Some("10.0.0.5"), Some(3051), r"C:\S4\D.FDB"),
            ),
            ("localhost:sidicom", c(Some("localhost"), None, "sidicom")),
            ("[::1]/3050:/srv/d.fdb", c(Some("::1"), Some(3050), "/srv/d.fdb")),
            (
                "inet://srv:3051/C:/S4/D.FDB",
                c(Some("srv"), Some(3051), "C:/S4/D.FDB"),
            ),
            ("inet://srv//srv/d.fdb", c(Some("srv"), None, "/srv/d.fdb")),
            (r"C:\S4\D.FDB", c(None, None, r"C:\S4\D.FDB")),
            ("/srv/d.fdb", c(None, None, "/srv/d.fdb")),
            ("srv/abc:/x.fdb", None),
            ("srv:", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }
}
