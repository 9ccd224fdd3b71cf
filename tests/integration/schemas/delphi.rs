use super::*;

#[test]
fn probe() {
    let shop = Shop::new(Erp::new("delphi", "NONE"));
    println!("{}", shop.site.run("08:00", &["source", "check"]).stdout);
    println!("{:?}", shop.site.run("08:00", &["init"]));
    let ran = shop.site.run("08:30", &["--json", "scan"]);
    println!("{} {}", ran.stdout, ran.stderr);
    println!("{:?}", shop.site.run("09:01", &["send"]));
    for m in shop.site.messages() { println!("{m:?}"); }
    for f in walk(&shop.site.sandbox.media_dir()) { println!("{f:?}"); println!("{}", Pdf::new(&std::fs::read(f).unwrap()).text()) }
    panic!();
}
