# A ajuda. As chaves: ver src/cli/help.rs.

help-usage = Uso:
help-usage-command = COMANDO
help-usage-command-optional = [COMANDO]
help-usage-options = [OPÇÕES]
help-commands = Comandos:
help-arguments = Argumentos:
help-options = Opções:
help-global-options = Opções de todos os comandos:
help-examples = Exemplos:
help-default = (padrão: { $value })

group-day = O dia:
group-see = Ver e resolver:
group-install = Instalar:
group-tools = Ferramentas:

help-overview =
    Avisos de débito por WhatsApp, com boletos e extrato, para ERPs em Firebird.
help-global-short = Em todos os comandos: --config, --lang, --json, --quiet, --verbose, --help (veja wa-notify --help).
help-overview-end = Cada comando tem a sua ajuda: wa-notify COMANDO --help
help-overview-examples =
    wa-notify demo              ver o dia inteiro numa loja inventada
    wa-notify init              configurar e criar as tabelas
    wa-notify scan --dry-run    quem receberia o quê, e quem não e por quê
    wa-notify send              enviar o que está na hora
help-next-step =
    Primeira vez? wa-notify demo mostra tudo numa loja inventada; wa-notify init
    configura a sua. Toda a ajuda: wa-notify --help

help-scan = Seleciona quem recebe aviso, depois do fechamento, e grava
help-scan-more =
    Usa as regras do módulo de avisos por e-mail do ERP. Selecionar duas vezes o mesmo fechamento não repete nada. Com --dry-run roda o mesmo código e não grava nada.
help-scan-examples =
    wa-notify scan --dry-run                   quem receberia o quê, e por quê
    wa-notify scan --dry-run --customer 1042   só um cliente
    wa-notify scan --dry-run --csv avisos.csv  a tabela, para abrir na planilha
    wa-notify scan --confirm                   libera uma seleção retida
arg-scan-close = Fechamento a usar, em vez do último (um mais antigo, só com --dry-run)
arg-scan-dry_run = Não grava nada: mostra quem receberia o quê, e quem não e por quê
arg-scan-confirm = Libera a seleção que ficou retida por ser grande demais
arg-scan-baseline = Registra tudo como já avisado, sem enviar (ao começar com muitos atrasos)
arg-scan-customer = Só este cliente
arg-scan-only = Mostra só esta metade: quem recebe (selected) ou quem não, e por quê (skipped)
arg-scan-csv = Grava a tabela também neste arquivo CSV

help-send = Envia o que está na hora
help-send-more =
    Relê os títulos de cada aviso antes de enviar: o que foi pago não é cobrado. Nada é enviado duas vezes; o que ficou em dúvida é conferido, nunca reenviado às cegas.
help-send-examples =
    wa-notify send --dry-run                          o que seria enviado agora
    wa-notify send --limit 10                         no máximo dez avisos
    wa-notify send --test 1042 --to "51 98765-4321"   teste num telefone nosso
arg-send-dry_run = Não envia nada: mostra o que está na hora
arg-send-limit = No máximo tantos avisos
arg-send-ignore_window = Envia também fora do horário permitido
arg-send-resume = Volta a enviar depois de uma restrição do número (esta instância, ou todas): antes, olhe o celular
arg-send-confirm_restore = Confirma um banco restaurado de backup: dá por avisado o que já venceu etapa; não envia nada
arg-send-test = Envia o aviso deste cliente, marcado TESTE, para o telefone de --to
arg-send-to = Telefone que recebe o teste

help-replies = Lê as respostas aos avisos e trata cada uma
help-replies-more =
    Só respostas a avisos nossos são guardadas; as outras conversas do telefone não são tocadas.
help-replies-examples =
    wa-notify replies              lê, guarda e responde o que houver
    wa-notify replies --done 17    alguém já leu as respostas ao aviso 17
arg-replies-done = Não lê nada: dá como lidas as respostas a este aviso, ou todas (all)

help-status = Mostra avisos, pendências, instâncias e as últimas seleções
arg-status-close = Só os avisos deste fechamento

help-explain = Diz por que um cliente recebeu aviso, ou por que não
help-explain-more =
    Conta tudo de um cliente: contatos e como cada telefone foi lido, a política, cada título com a etapa ou o motivo, o que já saiu e com que confirmação, respostas, decisões das últimas seleções, e o que acontece no próximo fechamento. Não grava nada.
help-explain-examples =
    wa-notify explain 1042
    wa-notify explain "padaria são joão"
    wa-notify explain 51987654321
arg-explain-customer = O cliente: código, CPF ou CNPJ, telefone, ou parte do nome

help-resolve = Decide o que fazer com uma mensagem em dúvida
help-resolve-more =
    Confira antes a conversa no celular da loja. sent: está lá. retry: não está, enviar de novo. drop: não está, e não enviar mais.
help-resolve-examples =
    wa-notify resolve 17.2 sent    a parte 2 do aviso 17 chegou
arg-resolve-part = A parte, como 17.2 (wa-notify status mostra quais)
arg-resolve-verdict = O que aconteceu, ou deve acontecer

help-hold = Deixa um cliente sem avisos por um tempo (promessa, contestação)
help-hold-more =
    O que já está na fila para ele também não sai. Sem cliente, mostra quem está em espera.
help-hold-examples =
    wa-notify hold 1042 --until 2026-12-10    prometeu pagar até esse dia
    wa-notify hold "padaria são joão" --dispute
    wa-notify hold 1042 --lift
arg-hold-customer = O cliente: código, CPF ou CNPJ, telefone, ou parte do nome
arg-hold-until = Promessa de pagamento: nada sai até depois deste dia
arg-hold-dispute = Contesta a dívida: nada sai até --lift
arg-hold-lift = Acaba com a espera

help-preview = Grava texto e PDFs do aviso de um cliente, sem enviar nada
help-preview-examples =
    wa-notify preview 1042 --out aviso
arg-preview-customer = Código do cliente
arg-preview-out = Pasta para o texto e os PDFs

help-init = Configura o banco, cria as tabelas e diz o próximo passo
help-init-more =
    Pergunta o que não for dado. Havendo configuração, não pergunta nem muda nada nela: só cria ou atualiza as tabelas WA_*.
help-init-examples =
    wa-notify init
    wa-notify init --host 127.0.0.1 --path "C:\Sidicom\DADOS.FDB" --yes
arg-init-host = Nome ou endereço do servidor Firebird
arg-init-port = Porta do servidor (padrão: 3050)
arg-init-path = Caminho ou alias do banco, como o servidor o conhece
arg-init-embedded = Abre o arquivo nesta máquina, sem servidor
arg-init-user = Usuário do banco (padrão: SYSDBA)
arg-init-password_env = Variável de ambiente com a senha do banco
arg-init-password_file = Arquivo com a senha do banco
arg-init-driver = Cliente Firebird: o do programa, ou fbclient
arg-init-client_library = fbclient.dll (ou libfbclient.so.2) a carregar
arg-init-yes = Não pergunta nada: o que faltar fica no padrão

help-pair = Conecta o WhatsApp da loja, lendo um QR code
help-pair-more =
    Mostra o estado antes e depois. Na tela, o QR se renova até ser lido: no celular, WhatsApp, Aparelhos conectados, Conectar um aparelho.
help-pair-examples =
    wa-notify pair                          QR na tela
    wa-notify pair --png qr.png             QR num arquivo
    wa-notify pair --code "51 98765-4321"   um código para digitar no celular
    wa-notify pair --status                 só o estado
arg-pair-instance = A instância, quando o contrato tem mais de uma
arg-pair-code = Dá um código para digitar no celular deste número, em vez do QR
arg-pair-png = Grava o QR neste arquivo PNG
arg-pair-status = Só mostra o estado
arg-pair-unlink = Desconecta o celular

help-instances = Lista as instâncias do contrato e do gateway, com o estado

help-doctor = Confere tudo e diz como consertar o que falta
help-doctor-more =
    Não muda nada. Cada linha diz OK, atenção ou problema, e como consertar. Código de saída: 0 tudo certo; 8 só avisos; senão, o do primeiro problema (3 configuração, 4 banco, 5 gateway, 6 sem vínculo, 7 pré-condição).

help-schedule = Agenda seleção, envio e respostas neste computador
help-schedule-show = Mostra o que seria agendado, sem mudar nada
help-schedule-install = Cria ou atualiza as tarefas
help-schedule-remove = Remove as tarefas
arg-schedule-show-system = De qual agendador (padrão: o desta máquina)
help-schedule-examples =
    wa-notify schedule show
    wa-notify schedule install

help-config = Confere ou mostra a configuração
help-config-check = Lê a configuração e diz tudo o que está errado, com a linha
help-config-show = Mostra todos os valores em uso, com os segredos como ***
help-config-examples =
    wa-notify config check
    wa-notify config show --config loja2.toml

help-demo = Mostra o dia inteiro numa loja inventada, sem instalar nada
help-demo-more =
    Banco embutido, clientes inventados e um gateway de mentira: nada sai desta máquina.
help-demo-seed = Cria o ERP de exemplo no banco da configuração
help-demo-seed-more =
    Cria o banco se ele não existe; recusa um que tenha qualquer tabela que não seja do exemplo.
help-demo-examples =
    wa-notify demo --serve                deixa a página do celular no ar
    wa-notify demo seed --customers 2000  só os dados, no banco configurado
arg-demo-dir = Pasta da demonstração
arg-demo-serve = No fim, deixa no ar a página que imita o celular do cliente
arg-demo-customers = Quantos clientes inventar
arg-demo-seed-customers = Quantos clientes inventar
arg-demo-seed-receivables = Quantos títulos inventar (padrão: conforme os clientes)
arg-demo-seed-seed = Número do sorteio: o mesmo dá os mesmos dados

help-source = Confere ou copia as consultas ao ERP
help-source-check = Prepara cada consulta no banco e mostra linhas de amostra, mascaradas
help-source-export = Copia as consultas que acompanham o programa, para adaptar
arg-source-export-dir = Pasta de destino; depois, aponte [source] dir para ela
help-source-examples =
    wa-notify source export sql
    wa-notify source check

help-boleto = Lê, monta e desenha boletos

help-pix = Lê códigos Pix copia e cola

arg-global-config = Arquivo de configuração (padrão: ao lado do programa)
arg-global-lang = Idioma: pt-BR ou en
arg-global-json = Um documento JSON na saída, para outros programas
arg-global-quiet = Sem conversa: só dados e erros
arg-global-verbose = Mais detalhes (-vv: o log também na tela)
arg-global-help = Ajuda; --help traz também exemplos
arg-global-version = Mostra a versão

value-half = METADE
value-file = ARQUIVO
value-lang = IDIOMA
value-date = DATA
value-id = CÓDIGO
value-notice = AVISO
value-notices = AVISOS
value-customer = CLIENTE
value-phone = TELEFONE
value-part = PARTE
value-verdict = DECISÃO
value-dir = PASTA
value-system = QUAL
value-n = N
value-s = N
value-instance = INSTÂNCIA
value-host = SERVIDOR
value-port = PORTA
value-path = CAMINHO
value-user = USUÁRIO
value-name = NOME
value-driver = QUAL
