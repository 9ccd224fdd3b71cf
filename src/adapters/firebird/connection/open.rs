//! Connecting and logging in, with either client; creating a database.

use rsfbclient::{Charset, FbError, SimpleConnection};

use super::relay::Relay;
use super::settings::{ConnectionSettings, Driver};
use super::{Connection, DatabaseError, STATEMENT_CACHE, charset, error};

impl Connection {
    /// Connects and logs in, within `connect_timeout`.
    ///
    /// # Errors
    /// [`DatabaseError`], each kind with another remedy.
    pub fn open(settings: &ConnectionSettings) -> Result<Self, DatabaseError> {
        let (charset, ask) = charset::first(&settings.charset)?;
        let mut connection = Self::attach(settings, charset, None)?;
        if ask {
            let row = connection.query("SELECT rdb$character_set_name FROM rdb$database", &[])?;
            let own = row
                .first()
                .map(|row| row.opt_text(0))
                .transpose()?
                .flatten()
                .unwrap_or_default();
            let charset = charset::for_database(&own);
            if charset != connection.charset {
                drop(connection);
                connection = Self::attach(settings, charset, None)?;
            }
        }
        Ok(connection)
    }

    /// Creates the database (16 KB pages) with this character set and connects to it. The file must not be there.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub fn create_database(settings: &ConnectionSettings, charset: &str) -> Result<Self, DatabaseError> {
        const PAGE_SIZE: u32 = 16_384;
        if charset.is_empty() || !charset.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(DatabaseError::Charset {
                detail: format!("not a character set: {charset:?}"),
            });
        }
        let mut connection = Self::attach(settings, rsfbclient::charset::UTF_8, Some(PAGE_SIZE))?;
        // A new database has the character set NONE until told.
        connection.execute(
            &format!("ALTER DATABASE SET DEFAULT CHARACTER SET {charset}"),
            &[],
        )?;
        drop(connection);
        Self::open(settings)
    }

    /// Attaches; an embedded file that another process holds is asked for again for a moment. A process that was
    /// just started from this one holds its locks until it becomes the other program, and a short command of a site
    /// without a private root is soon done.
    fn attach(
        settings: &ConnectionSettings,
        charset: Charset,
        create_with_page_size: Option<u32>,
    ) -> Result<Self, DatabaseError> {
        const LOOKS: u32 = 40;
        const BETWEEN: std::time::Duration = std::time::Duration::from_millis(50);
        let mut looks = 1;
        loop {
            match Self::attach_once(settings, charset.clone(), create_with_page_size) {
                Err(DatabaseError::InUse { .. })
                    // A creation that stopped half-way left its file behind: only the caller knows what to do.
                    if settings.host.is_none() && create_with_page_size.is_none() && looks < LOOKS =>
                {
                    looks += 1;
                    #[expect(
                        clippy::disallowed_methods,
                        reason = "real time: the engine's locks know no other"
                    )]
                    std::thread::sleep(BETWEEN);
                }
                done => return done,
            }
        }
    }

    fn attach_once(
        settings: &ConnectionSettings,
        charset: Charset,
        create_with_page_size: Option<u32>,
    ) -> Result<Self, DatabaseError> {
        if settings.interrupt.is_tripped() {
            return Err(DatabaseError::Interrupted);
        }
        let relay = match &settings.host {
            Some(host) => {
                let unreachable = |error: std::io::Error| match error.kind() {
                    std::io::ErrorKind::TimedOut => DatabaseError::TimedOut {
                        limit: settings.connect_timeout,
                        during: "connect".to_owned(),
                    },
                    _ => DatabaseError::Unreachable {
                        address: settings.address(),
                        detail: error.to_string(),
                    },
                };
                Some(
                    Relay::open(host, settings.port, settings.connect_timeout, &settings.interrupt)
                        .map_err(unreachable)?,
                )
            }
            None => None,
        };
        let client = log_in(settings, &charset, relay.as_ref(), create_with_page_size);
        if let Some(relay) = &relay {
            relay.disarm();
        }
        match client {
            Ok(client) => Ok(Connection {
                client: Some(client),
                relay,
                settings: settings.clone(),
                charset,
                in_transaction: false,
                broken: None,
            }),
            // The native client reports what the server says as SQL errors; all else is the loader's.
            Err(FbError::Other(detail)) if settings.is_native() => Err(DatabaseError::ClientLibrary {
                library: settings.library().to_owned(),
                detail,
            }),
            Err(error) => Err(error::map(
                error,
                settings,
                relay.and_then(|relay| relay.why_cut()),
                true,
            )),
        }
    }
}

fn log_in(
    settings: &ConnectionSettings,
    charset: &Charset,
    relay: Option<&Relay>,
    create_with_page_size: Option<u32>,
) -> Result<SimpleConnection, FbError> {
    /// The builders share names, not a trait.
    macro_rules! finish {
        ($builder:expr) => {
            finish!($builder, create_with_page_size)
        };
        ($builder:expr, $create_with_page_size:expr) => {{
            let mut builder = $builder;
            builder
                .user(settings.user.as_str())
                .db_name(settings.path.as_str())
                .charset(charset.clone())
                .stmt_cache_size(STATEMENT_CACHE);
            match $create_with_page_size {
                Some(size) => builder.page_size(size).create_database()?.into(),
                None => builder.connect()?.into(),
            }
        }};
    }
    let Some(relay) = relay else {
        return Ok(finish!(
            rsfbclient::builder_native()
                .with_dyn_load(settings.library())
                .with_embedded()
        ));
    };
    let (host, port) = (relay.address().ip().to_string(), relay.address().port());
    Ok(match settings.driver {
        Driver::Rust => {
            let mut builder = rsfbclient::builder_pure_rust();
            builder.host(host).port(port).pass(settings.password.expose());
            // This client sends the page size with its bytes the wrong way round.
            let create_with_page_size = create_with_page_size.map(u32::swap_bytes);
            finish!(builder, create_with_page_size)
        }
        Driver::Native => {
            let mut builder = rsfbclient::builder_native()
                .with_dyn_load(settings.library())
                .with_remote();
            builder.host(host).port(port).pass(settings.password.expose());
            finish!(builder)
        }
    })
}
