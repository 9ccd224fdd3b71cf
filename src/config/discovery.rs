//! Where the configuration is looked for: `--config`, `WA_NOTIFY_CONFIG`, beside the executable, then the
//! operating system's folder for configurations.

use std::path::{Path, PathBuf};

use super::secrets::Env;

/// Name of the file.
pub const FILE_NAME: &str = "wa-notify.toml";

/// Environment variable that names the file.
pub const VARIABLE: &str = "WA_NOTIFY_CONFIG";

/// The places, best first. One that was named (by argument or variable) is the only one: a typing error must not
/// end in another site's database.
pub fn candidates(named: Option<&Path>, executable: Option<&Path>, env: &Env<'_>) -> Vec<PathBuf> {
    if let Some(path) = named {
        return vec![path.to_owned()];
    }
    if let Some(path) = env(VARIABLE).filter(|path| !path.is_empty()) {
        return vec![PathBuf::from(path)];
    }
    let mut places = Vec::new();
    if let Some(folder) = executable.and_then(Path::parent) {
        places.push(folder.join(FILE_NAME));
    }
    places.extend(system_folder(env).map(|folder| folder.join("wa-notify").join(FILE_NAME)));
    places
}

/// The first of [`candidates`] that exists, else all of them as the error.
///
/// # Errors
/// The places where no file was found.
pub fn find(named: Option<&Path>, executable: Option<&Path>, env: &Env<'_>) -> Result<PathBuf, Vec<PathBuf>> {
    let places = candidates(named, executable, env);
    places.iter().find(|place| place.is_file()).cloned().ok_or(places)
}

/// `%ProgramData%` on Windows, since the scheduler runs as another user than the one who installs.
fn system_folder(env: &Env<'_>) -> Option<PathBuf> {
    let folder = |name: &str| env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if cfg!(windows) {
        folder("ProgramData")
    } else {
        folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_file_is_the_only_place() {
        let env = |name: &str| (name == VARIABLE).then(|| "/etc/other.toml".to_owned());
        let named = Path::new("/srv/site.toml");
        assert_eq!(candidates(Some(named), None, &env), [named]);
        assert_eq!(
            candidates(None, Some(Path::new("/opt/x/wa-notify")), &env),
            [Path::new("/etc/other.toml")]
        );
    }

    #[test]
    fn beside_the_executable_comes_before_the_systems_folder() {
        let places = candidates(None, Some(Path::new("/opt/x/wa-notify")), &|name| match name {
            "HOME" => Some("/home/ana".to_owned()),
            "ProgramData" => Some("C:/ProgramData".to_owned()),
            _ => None,
        });
        assert_eq!(places.len(), 2);
        assert_eq!(places[0], Path::new("/opt/x/wa-notify.toml"));
    }
}
