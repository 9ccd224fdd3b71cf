//! The configuration file. All its mistakes one by one are in `config`; here is how a command ends on them.

use super::said;
use crate::support::site::{Plan, Site};

/// A site that never gets as far as its database.
fn site() -> Site {
    Site::with(Plan {
        ready: false,
        linked: false,
        ..Plan::default()
    })
}

#[test]
fn no_file() {
    let site = site();
    std::fs::remove_file(site.config()).unwrap();
    for args in [
        &["status"][..],
        &["scan"],
        &["send"],
        &["replies"],
        &["pair"],
        &["config", "check"],
    ] {
        let ran = site.run("09:01", args).expect(3);
        assert_eq!(ran.stdout, "");
        insta::allow_duplicates! { insta::assert_snapshot!(said(&site, &ran), @r#"
    erro: Configuração não encontrada em [DIR]/wa-notify.toml
    → Crie uma com: wa-notify init. Ou diga onde ela está: --config ARQUIVO
    "#); }
    }
    let document = site.json("09:01", &["send"], 3);
    assert_eq!(document["error"]["exit_code"], 3, "{document}");
}

#[test]
fn broken_toml() {
    let site = site();
    site.reconfigure("[gateway]", "[gateway");
    let ran = site.run("09:01", &["scan"]).expect(3);
    insta::assert_snapshot!(said(&site, &ran), @r#"
    erro: wa-notify.toml, linha 8: a linha não é TOML válido. (unclosed table, expected `]`)
    → O formato é: chave = 'texto', chave = 123 ou chave = true, com uma [seção] acima.
    "#);
}

#[test]
fn an_unknown_key() {
    let site = site();
    site.reconfigure("password =", "pasword =");
    let ran = site.run("09:01", &["send"]).expect(3);
    insta::assert_snapshot!(said(&site, &ran), @r#"
    erro: wa-notify.toml, linha 6, database.pasword: chave desconhecida.
    → Seria password?
    "#);
}

#[test]
fn a_moved_clock_never_writes_to_real_people() {
    let site = Site::of(1);
    site.scan();
    let url = site.sandbox.url().to_owned();
    // An address of documentation: nobody is there, and nobody is asked.
    site.reconfigure(&url, "http://192.0.2.1:8080");
    for args in [
        &["send"][..],
        &["replies"],
        &["send", "--test", "1", "--to", "51999990001"],
    ] {
        let ran = site.run("09:01", args).expect(3);
        insta::allow_duplicates! { insta::assert_snapshot!(said(&site, &ran), @r#"
    erro: O relógio foi mudado (--now ou WA_NOTIFY_NOW) e o gateway não está nesta máquina. Nada foi enviado.
    → Retire --now e WA_NOTIFY_NOW: eles servem só para testes e demonstrações.
    "#); }
    }
    // Looking is not writing.
    site.run("09:01", &["scan", "--dry-run"]).expect(0);
    assert_eq!(site.parts("1")[0], "queued");
}
