"""Draws the same boletos with wa-notify and with its peers, and prints how they compare.

Called by scripts/bench documents, in an environment that has reportlab and python3-boleto. Ours in steady state is
what criterion measured (benches/documents.rs); the peers are timed in a warm process, best of several rounds. A
peer's page is python3-boleto's own (recibo, ficha, bars), for the boleto with Pix with reportlab's QR code
on it; logos are left out on both sides.
"""

import datetime
import io
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from pyboleto.bank.itau import BoletoItau
from pyboleto.pdf import BoletoPDF
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import SimpleDocTemplate, Table

PIX = (
    "00020101021226810014br.gov.bcb.pix2559pix.example.com/qr/v2/cobv/9d36b84fc70b478fb95c12729b90ca25"
    "5204000053039865802BR5920SILVA AUTOPECAS LTDA6012PORTO ALEGRE62070503***6304F4CE"
)
WA_NOTIFY = "target/release/wa-notify"


def peer_boleto(pix):
    data = BoletoItau()
    data.logo_image = None
    data.carteira, data.agencia_cedente, data.conta_cedente, data.conta_cedente_dv = "109", "1234", "56789", "7"
    data.nosso_numero = "00223352"
    data.cedente, data.cedente_documento = "SILVA AUTOPEÇAS LTDA", "11.222.333/0001-81"
    data.cedente_endereco = "Av. Assis Brasil, 1200, Passo d'Areia, Porto Alegre/RS, CEP 91010-000"
    # It knows no due date after November 2024, before the factor began anew.
    data.data_documento = data.data_processamento = datetime.date(2024, 10, 5)
    data.data_vencimento = datetime.date(2024, 11, 5)
    data.numero_documento = "NF 4512/2"
    data.valor_documento = 1234.56
    data.sacado = ["João Conceição de Araújo", "CPF 529.982.247-25", "Rua das Acácias, 45, Centro, Canoas/RS"]
    data.instrucoes = [
        "Após 05/12/2026, cobrar multa de R$ 24,69.",
        "Após 05/12/2026, cobrar juros de R$ 0,41 por dia de atraso.",
    ]
    out = io.BytesIO()
    pdf = BoletoPDF(out)
    pdf.drawBoleto(data)
    if pix:
        code = QrCodeWidget(PIX, barLevel="H", barBorder=0)
        left, low, right, high = code.getBounds()
        side = 33 * mm
        drawing = Drawing(side, side, transform=[side / (right - left), 0, 0, side / (high - low), 0, 0])
        drawing.add(code)
        renderPDF.draw(drawing, pdf.pdf_canvas, A4[0] - side - 10 * mm, A4[1] - side - 10 * mm)
        pdf.pdf_canvas.drawString(10 * mm, A4[1] - 20 * mm, PIX[:90])
        pdf.pdf_canvas.drawString(10 * mm, A4[1] - 24 * mm, PIX[90:])
    pdf.nextPage()
    pdf.save()
    return out.getvalue()


def peer_statement(titles):
    head = ["Documento", "Parcela", "Emissão", "Vencimento", "Dias", "Original", "Pago", "Multa", "Juros", "Atualizado"]
    rows = [
        [f"NF {1000 + n}", "1/1", "05/10/2026", "01/01/2026", str(n), "100,00", "-", "2,00", "1,00", "103,00"]
        for n in range(titles)
    ]
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=A4).build([Table([head] + rows, repeatRows=1)])
    return out.getvalue()


def warm(draw, rounds, each):
    """Seconds of processor for one, the best of some rounds: what else runs on the machine does not count."""
    draw()
    took = []
    for _ in range(rounds):
        begun = time.process_time()
        for _ in range(each):
            draw()
        took.append((time.process_time() - begun) / each)
    return min(took)


def cold(command, times=25):
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        took.append(time.perf_counter() - begun)
    return statistics.median(took), min(took)


def ours(name):
    """The best of criterion's samples: on a busy machine all others are too long."""
    folder = pathlib.Path("target/criterion", name.replace("/", "_"), "new")
    sample = json.loads((folder / "sample.json").read_text())
    return min(took / count for took, count in zip(sample["times"], sample["iters"])) / 1e9


def main():
    if sys.argv[1:] == ["--peer-cold"]:
        peer_boleto(True)
        return
    subprocess.run(["cargo", "bench", "--locked", "--bench", "documents", "--", "--noplot"], check=True, stdout=sys.stderr)

    with tempfile.TemporaryDirectory() as folder:
        one = os.path.join(folder, "one.pdf")
        described = json.loads(pathlib.Path("examples/boleto.json").read_text())
        subprocess.run([WA_NOTIFY, "boleto", "render", "examples/boleto.json", "--out", one], check=True, stdout=subprocess.DEVNULL)
        with_pix = os.path.getsize(one)
        del described["pix_code"]
        plain_file = os.path.join(folder, "plain.json")
        pathlib.Path(plain_file).write_text(json.dumps(described))
        subprocess.run([WA_NOTIFY, "boleto", "render", plain_file, "--out", one], check=True, stdout=subprocess.DEVNULL)
        plain = os.path.getsize(one)
        our_cold = cold([WA_NOTIFY, "boleto", "render", "examples/boleto.json", "--out", one])
        peer_cold = cold([sys.executable, __file__, "--peer-cold"], 9)

        many = os.path.join(folder, "many.jsonl")
        line = json.dumps(json.loads(pathlib.Path("examples/boleto.json").read_text()))
        pathlib.Path(many).write_text((line + "\n") * 5_000)
        begun = time.perf_counter()
        subprocess.run([WA_NOTIFY, "boleto", "render", many, "--out", os.path.join(folder, "out")], check=True, stdout=subprocess.DEVNULL)
        batch = (time.perf_counter() - begun) / 5_000

    rows = []

    def row(what, our, peer, limit=None, unit="ms", scale=1e3):
        met = "" if limit is None else f"limit {limit} {unit}: {'met' if our * scale < limit else 'NOT MET'}"
        rows.append((what, f"{peer / our:.1f} x", f"{our * scale:.3g} {unit}", f"{peer * scale:.3g} {unit}", met))

    row("boleto with Pix, warm", ours("boleto with Pix"), warm(lambda: peer_boleto(True), 5, 10), 1)
    row("boleto without Pix, warm", ours("boleto"), warm(lambda: peer_boleto(False), 5, 20))
    row("statement of 1,000 titles", ours("statement of 1,000 titles"), warm(lambda: peer_statement(1_000), 3, 1), 20)
    row("one PDF, cold process", our_cold[0], peer_cold[0], 15)
    row("  the quickest of them", our_cold[1], peer_cold[1])
    row("5,000 to files, each", batch, warm(lambda: peer_boleto(True), 3, 10))
    row("size with Pix", with_pix, len(peer_boleto(True)), 8192, "bytes", 1)
    row("size without Pix", plain, len(peer_boleto(False)), None, "bytes", 1)
    row("size of the statement", os.path.getsize("target/tmp/statement.pdf"), len(peer_statement(1_000)), None, "bytes", 1)
    print(f"{'':28}{'peer/ours':>10}{'ours':>14}{'peer':>14}")
    for what, ratio, our, peer, met in rows:
        print(f"{what:28}{ratio:>10}{our:>14}{peer:>14}  {met}")
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


main()
