//! What a disk can do at best for a database with forced writes: one page after the other, each on the disk before the
//! next. `cargo run --release --example disk_probe -- DIR [WRITES]`

#![expect(clippy::print_stdout, reason = "its figures are its output")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]

use std::io::{Seek, SeekFrom, Write};
use std::time::Instant;

/// As the databases that `init` makes have it.
const PAGE: usize = 16_384;
/// `open(2)` on Linux.
#[cfg(target_os = "linux")]
const O_DSYNC: i32 = 0o10_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments.next().ok_or("DIR [WRITES]")?;
    let writes: u32 = arguments.next().map_or(Ok(1_000), |n| n.parse())?;
    let path = std::path::Path::new(&dir).join("disk-probe");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    // The way a Firebird server opens a database: each write waits for the disk.
    #[cfg(target_os = "linux")]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, O_DSYNC);
    let mut file = options.open(&path)?;
    let page = vec![0x5A; PAGE];
    for _ in 0..64 {
        file.write_all(&page)?;
    }
    file.sync_all()?;
    let started = Instant::now();
    for n in 0..writes {
        file.seek(SeekFrom::Start(u64::from(n * 37 % 64) * PAGE as u64))?;
        file.write_all(&page)?;
        if !cfg!(target_os = "linux") {
            file.sync_data()?;
        }
    }
    let each = started.elapsed() / writes;
    drop(file);
    std::fs::remove_file(&path)?;
    println!(
        "{:.0} pages of 16 KB a second reach this disk, {each:.2?} each",
        1.0 / each.as_secs_f64()
    );
    Ok(())
}
