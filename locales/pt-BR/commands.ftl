# As palavras dos comandos do dia.

## Seleção

scan-before-init = As tabelas WA_* ainda não existem (wa-notify init); simulando como se nada tivesse sido enviado.
scan-customer = Cliente
scan-phone = Telefone
scan-titles = Título, venc., etapa
scan-titles-balance = Título, venc., etapa, saldo
scan-branch = filial { $branch }
scan-boletos = Boletos
scan-boletos-merged = num só PDF
scan-boletos-none = nenhum
stage-today = hoje
scan-total = Total
scan-documents = Documentos
scan-why-not = Quem não, e por quê
scan-count = Quantos
scan-who = Clientes
scan-would =
    { $notices ->
        [1] 1 aviso seria gravado
       *[other] { $notices } avisos seriam gravados
     } ({ $total }) do fechamento { $close }; { $customers ->
        [1] 1 cliente
       *[other] { $customers } clientes
     } com títulos. Nada foi gravado.
scan-stored =
    { $notices ->
        [1] 1 aviso gravado
       *[other] { $notices } avisos gravados
     } ({ $total }) do fechamento { $close }; { $customers ->
        [1] 1 cliente
       *[other] { $customers } clientes
     } com títulos.
scan-nothing-new =
    Nada de novo no fechamento { $close }: { $standing ->
        [0] nenhum aviso gravado aguarda
        [1] 1 aviso já gravado aguarda
       *[other] { $standing } avisos já gravados aguardam
     } ({ $customers ->
        [1] 1 cliente
       *[other] { $customers } clientes
     } com títulos).
scan-when = Saem em { $day }, a partir das { $hour }; o envio leva cerca de { $duration }.
scan-when-days = Saem de { $day }, { $hour }, a { $until }: há um limite de contatos por dia e por número, e de horas. O envio leva ao todo cerca de { $duration }.
scan-no-flag-hint = Nenhum contato com "Recebe aviso de débitos" nesses clientes? Marque na guia Contatos do cliente.
scan-held-usual = Seleção retida: { $notices } avisos, bem acima do normal (mediana { $usual }). Nada sai até alguém conferir.
scan-held-first = Seleção retida: { $notices } avisos numa das primeiras seleções (limite first_runs_limit = { $usual }). Nada sai até alguém conferir.
scan-held-hint = Confira com wa-notify scan --dry-run; depois wa-notify scan --confirm libera, e wa-notify scan --baseline registra tudo como já avisado, sem enviar.
scan-confirmed =
    { $notices ->
        [1] 1 aviso liberado
       *[other] { $notices } avisos liberados
     } para o próximo envio.
scan-baseline = { $claims } etapas registradas como já avisadas; nada será enviado por elas.
scan-dropped-boletos =
    { $count ->
        [1] 1 boleto não vai
       *[other] { $count } boletos não vão
     } junto (o aviso vai): { $which }
scan-old-close = O fechamento { $asked } é mais antigo que o último ({ $last }). Nada foi gravado.
scan-old-close-hint = Para ver como teria sido: wa-notify scan --dry-run --close { $asked } (último: { $last })
scan-no-instance = A filial { $branch } não tem instância de WhatsApp. Nada foi gravado.
scan-no-instance-hint = Confira a consulta instances do contrato ou preencha instance em [gateway].
bad-row = Linha não lida: consulta { $query }, chave { $key }, coluna { $column }: { $problem }{ $value }.
bad-rows =
    { $count ->
        [1] 1 linha não lida
       *[other] { $count } linhas não lidas
     }: consulta { $query }, coluna { $column }: { $problem }. Chaves: { $keys }
bad-missing = sem valor
bad-not_a_date = não é data
bad-not_a_number = não é número
bad-not_a_flag = não é sim/não
bad-not_a_list_of_days = não é lista de dias como 5,2,0
bad-not_a_tax_id = não é CPF nem CNPJ
bad-not_text = texto ilegível neste conjunto de caracteres
bad-out_of_range = fora dos limites
bad-duplicate = chave repetida
warning-shared-number = Atenção: o número { $phone } está em vários clientes ({ $customers }); cada aviso sai com o seu nome.
warning-bank-return = Atenção: o último retorno bancário é de { $last }; avisos de vencidos esperam, para não cobrar quem já pagou.
warning-clock = Atenção: a data do ERP é { $business } e a deste computador { $today }.
stage-upcoming =
    { $days ->
        [0] (vence no dia)
        [1] (1 dia antes)
       *[other] ({ $days } dias antes)
     }
stage-overdue =
    { $days ->
        [1] (1 dia depois)
       *[other] ({ $days } dias depois)
     }
document-boleto =
    { $count ->
        [1] 1 boleto
       *[other] { $count } boletos
     }
document-code =
    { $count ->
        [1] 1 código
       *[other] { $count } códigos
     }
document-boletos =
    { $count ->
       *[other] boletos num só PDF
     }
document-statement =
    { $count ->
       *[other] extrato
     }

## Motivos

reason-no_flagged_contact = nenhum contato com "Recebe aviso de débitos"
reason-email_notice_off = cliente sem aviso por e-mail
reason-email_not_configured = avisos por e-mail não configurados na filial
reason-blocked = cliente bloqueado
reason-customer_unreadable = cadastro do cliente não pôde ser lido
reason-branch_unreadable = cadastro da filial não pôde ser lido
reason-on_hold = em espera (promessa, contestação)
reason-excluded = excluído no ERP (protesto, renegociação)
reason-settled = quitado
reason-in_grace = dentro da tolerância
reason-no_stage = nenhuma etapa nesse dia
reason-past_stop = atraso além do limite da política
reason-stage_claimed = já avisado nesta etapa
reason-bank_return_stale = retorno bancário desatualizado
reason-no_boleto = sem boleto que possa ir junto
reason-below_minimum = abaixo do valor mínimo
reason-unusable_phone = telefone inutilizável
reason-same_number = mesmo número de outro contato
reason-opted_out = pediu para não receber
reason-written_recently = avisado há pouco
reason-not_contracted = não contratado
reason-not_on_whatsapp = número sem WhatsApp
reason-paid = pago
reason-boleto_changed = o boleto mudou
reason-days_over = prazo esgotado
reason-text_failed = o texto não saiu
boleto-no_code = sem código
boleto-bad_code = código com erro
boleto-codes_differ = código de barras e linha diferem
boleto-not_a_boleto = não é boleto bancário
boleto-not_in_reais = não é em reais
boleto-bank_differs = outro banco
boleto-account_differs = outra conta
boleto-agency_differs = outra agência
boleto-wallet_differs = outra carteira
boleto-our_number_differs = outro nosso número
boleto-amount_differs = valor difere do saldo
boleto-due_date_differs = vencimento difere
boleto-past_payable_until = passou do prazo de pagamento

## Envio

send-progress = Enviando
send-begins =
    { $notices ->
        [1] 1 aviso na hora
       *[other] { $notices } avisos na hora
     }; cerca de { $duration }. Ctrl-C termina a mensagem em curso e para.
send-nothing = Nada a enviar agora.
send-none = nenhum aviso
send-done = Resultado: { $states }; { $parts } mensagens aceitas; { $waiting } avisos aguardam.
send-silent = ATENÇÃO: a instância { $instance } aceitou as mensagens, mas o WhatsApp não confirmou nenhuma. Pode ser que nada tenha chegado: olhe as conversas no celular da loja e, se for assim, vincule de novo: wa-notify pair --unlink e wa-notify pair
send-unknown = Em dúvida, talvez entregues: partes { $parts }. Não serão reenviadas às cegas: wa-notify status mostra, wa-notify resolve decide.
send-late = Respostas que chegaram depois de outra tentativa: partes { $parts }. Confira no celular da loja.
send-would =
    { $notices ->
        [1] 1 aviso sairia
       *[other] { $notices } avisos sairiam
     } agora, em cerca de { $duration }. Nada foi enviado.
send-notice = Aviso
send-instance = Instância
send-parts = Partes
send-tested = Teste enviado a { $to } pela instância { $instance }: texto, { $parts }. Nada foi gravado.
stop-window = Fora do horário de envio: { $waiting } avisos aguardam, nada se perdeu. Próximo horário: { $opens }.
send-instance-failed = A instância { $instance } parou; as outras continuaram. O que saiu está registrado.
stop-limit = Limite de --limit alcançado: { $waiting } avisos aguardam.
stop-interrupted = Interrompido. O que saiu está registrado; { $waiting } avisos aguardam.
stop-waiting = Nada se perdeu: { $waiting } avisos aguardam.
stop-not-paired = WhatsApp desconectado (instância { $instance }). Nada se perdeu: { $waiting } avisos aguardam. Com o celular da loja na mão: wa-notify pair
stop-absent = O gateway ainda não conhece a instância { $instance }. Nada se perdeu: { $waiting } avisos aguardam. Vincule com: wa-notify pair
stop-unauthorized = O gateway recusou a chave da instância { $instance }. Nada se perdeu: { $waiting } avisos aguardam. Confira api_key em [gateway].
stop-rate-limited = O gateway pediu para ir mais devagar (instância { $instance }). Nada se perdeu: { $waiting } avisos aguardam o próximo envio.
stop-unreachable = O gateway da instância { $instance } não responde. Nada se perdeu: { $waiting } avisos aguardam. Confira se ele está no ar.
stop-refused = O gateway recusou o envio pela instância { $instance }. Nada se perdeu: { $waiting } avisos aguardam.
stop-restricted = O WhatsApp restringiu o número da instância { $instance }. Ela não envia nada até { $until }; { $waiting } avisos aguardam. Confira o WhatsApp no celular da loja. Para voltar antes disso: wa-notify send --resume (ou vincule de novo: wa-notify pair)
stop-of-another = A instância { $instance } também parou, porque o WhatsApp restringiu o número da instância { $restricted }. O próximo envio continua com ela; { $waiting } avisos aguardam.
send-resumed =
    { $count ->
        [0] Nenhuma instância estava restrita.
        [1] Uma instância pode enviar de novo.
       *[other] { $count } instâncias podem enviar de novo.
    }
stop-unclear = Várias respostas seguidas do gateway não provam nada (instância { $instance }). O envio parou; { $waiting } avisos aguardam. Veja wa-notify status.
stop-cap = Limite diário da instância { $instance } alcançado (daily_cap, aquecimento). { $waiting } avisos ficam para o próximo dia de envio.
template-bad = O texto configurado não pôde ser preenchido. Nada foi enviado com ele.
template-bad-hint = Confira message em [features] e text em [settings.replies]; wa-notify config check aponta o erro.
dossier-gone = Algo do aviso não está mais no ERP. Nada dele foi enviado agora.
dossier-gone-hint = Confira se as consultas branches, customers e receivables mostram a mesma situação.
trial-not-on-whatsapp = Esse telefone não tem WhatsApp. O teste não saiu.
trial-not-on-whatsapp-hint = Confira o número com DDD: wa-notify send --test CLIENTE --to "51 98765-4321"
trial-nothing = Hoje não há nada a avisar a esse cliente; o teste não saiu.
trial-nothing-hint = Veja um que tenha: wa-notify scan --dry-run
trial-not-accepted = A parte { $part } de { $of } do teste não foi aceita pelo gateway.
interrupted = Interrompido.

## Situação

notice-queued = na fila
notice-sending = em envio
notice-needs_person = em dúvida
notice-sent = enviados
notice-delivered = entregues
notice-skipped = dispensados
notice-superseded = substituídos
notice-expired = vencidos sem envio completo
notice-failed = com falha
part-queued = na fila
part-sending = em envio
part-accepted = aceita
part-server_ack = no WhatsApp
part-delivered = entregue
part-read = lida
part-failed = com falha
part-unknown = em dúvida
part-skipped = dispensada
part-expired = vencida
kind-text = texto
kind-boleto = boleto
kind-code = código
kind-boletos = boletos
kind-statement = extrato
intent-opt_out = pediu para sair
intent-opt_in = voltou
intent-wrong_number = número errado
intent-paid = diz que pagou
intent-other = mensagem
link-absent = ainda não criada no gateway
link-removed = desconectada pelo celular
link-closed = desconectada
link-connecting = conectando
link-open = conectada
link-open-number = conectada a { $number }
link-not-asked = não consultada
link-unreachable = gateway fora do ar
status-moved-clock = Atenção: o relógio foi mudado à mão (WA_NOTIFY_NOW).
status-unknown = Em dúvida: ninguém sabe se chegaram. Olhe a conversa no celular da loja:
status-unknown-hint = Decida com: wa-notify resolve PARTE sent (chegou) | retry (reenviar) | drop (deixar)
status-part = Parte
status-what = O quê
status-reference = Ref.
status-since = Desde
status-held = { $count } avisos retidos aguardam conferência: wa-notify scan --confirm
status-arrived-late = Aceitas afinal, embora reenviadas por ordem sua: { $parts }. Podem ter chegado duas vezes; olhe a conversa. Para não mostrar mais: wa-notify resolve { $first } sent
status-restricted = O WhatsApp restringiu o número da instância { $instance } ({ $why }). Ela não envia nada até { $until }. Confira o WhatsApp no celular da loja; para voltar antes disso: wa-notify send --resume (ou vincule de novo: wa-notify pair)
status-no-receipt = { $count } mensagens aceitas há horas sem confirmação de entrega. Se forem quase todas, vincule de novo: wa-notify pair --unlink e wa-notify pair
status-replies = Respostas para alguém ler:
status-replies-hint = Depois de ler: wa-notify replies --done NÚMERO (o do aviso, no começo da linha), ou all para todas.
status-empty = Nenhum aviso gravado ainda.
status-notices = Avisos
status-link = WhatsApp
status-today = Contatos hoje
status-close = Fechamento
status-when = Quando
status-selected = Avisos
status-skipped = Decisões contra
status-bad-rows = Não lidas
status-held-column = Retida
yes-word = sim
no-word = não
resolve-done = Parte { $part }: { $state }.
resolve-too-late = Os { $days } dias de envio do aviso já passaram: a parte { $part } não é mais enviada. Se nada do aviso chegou, quem ainda deve é selecionado de novo no próximo fechamento.
resolve-no-part = Não há a parte { $part }.{ $state }
resolve-no-part-hint = As partes em dúvida: wa-notify status ({ $part }{ $state })
resolve-settled = A parte { $part } já está resolvida: { $state }. Nada mudou.
resolve-settled-hint = Só partes em dúvida ou com falha se resolvem à mão ({ $part }: { $state }).
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min
duration-hours = { $hours } h { $minutes } min

## Respostas

replies-none = Nenhuma resposta nova.
replies-some =
    { $stored ->
        [1] 1 resposta nova
       *[other] { $stored } respostas novas
     }: { $intents }; { $answered ->
        [0] nenhuma respondida
        [1] 1 respondida
       *[other] { $answered } respondidas
     } automaticamente.
replies-done = { $count ->
    [0] Nenhuma resposta aguardava.
    [1] Uma resposta dada como lida.
   *[other] { $count } respostas dadas como lidas.
}
replies-person = { $count } para alguém ler: wa-notify status
replies-opted-out = { $count } não querem mais avisos; já não recebem.
replies-not-paired = WhatsApp desconectado (instância { $instance }); foi lido só o que já tinha chegado. Vincule com: wa-notify pair

## Vínculo

pair-state = Instância { $instance }: { $state }.
pair-before = Antes: instância { $instance } { $state }.
pair-after = Depois: instância { $instance } { $state }.
pair-ban-risk = Aviso: este gateway usa um cliente não oficial; o WhatsApp pode restringir números que enviam muito. Prefira um número só da cobrança.
pair-waiting = Pedindo o QR code ao gateway...
pair-scan = No celular da loja: WhatsApp, Dispositivos conectados, Conectar um dispositivo, e aponte para o código.
pair-code = No celular da loja: WhatsApp, Dispositivos conectados, Conectar com número de telefone. Código: { $code }
pair-png = QR code gravado em { $path } (troca a cada renovação). Abra e aponte o celular da loja.
pair-too-small = O QR code precisa de { $columns } colunas e { $rows } linhas; este terminal tem { $have_columns } x { $have_rows }. Aumente a janela, ou use wa-notify pair --png qr.png, ou wa-notify pair --code TELEFONE.
pair-qr-too-long = O gateway mandou um QR code que não cabe. Use wa-notify pair --code TELEFONE.
pair-expired = O código venceu sem leitura. Rode wa-notify pair de novo quando o celular estiver na mão.
pair-interrupted = Interrompido; nada mudou.
instances-contract = No contrato
instance-unknown = A instância { $name } não está no contrato ({ $names }).
instance-unknown-hint = Use uma destas: { $names } (e não { $name }).
instance-none = Não há instância de WhatsApp{ $name }{ $names }: nem no contrato, nem em [gateway].
instance-none-hint = Atualize o contrato no ERP ou preencha instance em [gateway].{ $name }{ $names }
instance-several = O contrato tem várias instâncias: { $names }.{ $name }
instance-several-hint = Diga qual, por exemplo: wa-notify pair NOME ({ $names }){ $name }

## Prévia, instalação, agendamento

preview-already = Este aviso já foi enviado ou está reservado; a prévia mostra como ficaria hoje.
preview-nothing = Nada seria enviado hoje a esse cliente:
preview-files = Arquivos em { $folder }:
init-config-written = Configuração gravada em { $path }.
init-config-comment =
    Configuração do wa-notify. Só [database] é necessário; o resto tem padrão.
    Todas as chaves: wa-notify config show
init-ask-host = Servidor Firebird
init-ask-path = Banco de dados (caminho ou apelido no servidor)
init-ask-user = Usuário
init-ask-password = Senha (vazia: masterkey)
init-no-path = Falta o banco de dados.
init-no-path-hint = wa-notify init --host 127.0.0.1 --path 'C:\Sidicom\DADOS.FDB'
init-tables-made = Tabelas WA_* criadas em { $database }.
init-tables-there = As tabelas WA_* já estão em dia em { $database }.
init-forced-writes = Atenção: o banco está sem Forced Writes; numa queda de energia um aviso poderia sair de novo. Ligue com: gfix -write sync BANCO
init-last-close = ERP lido: último fechamento em { $close }.
init-next = Próximo passo: wa-notify pair, depois wa-notify scan --dry-run
schedule-installed = { $jobs } tarefas agendadas ({ $site }). Para ver: wa-notify schedule show
schedule-removed = { $jobs } tarefas removidas ({ $site }).
embedded-no-engine = O motor embutido do Firebird não foi encontrado.
embedded-no-engine-hint = No Debian: apt-get install firebird3.0-server-core libfbclient2. No Windows: aponte client_library em [database] para o fbclient.dll de 64 bits.
precondition-not-contracted = O contrato não inclui avisos por WhatsApp. Nada foi feito.
precondition-not-contracted-hint = No ERP: funcionalidades contratadas, Atualizar contrato.
precondition-contract-ended = O contrato de avisos por WhatsApp terminou em { $until }. Nada foi feito.
precondition-contract-ended-hint = Renove com a revenda e use Atualizar contrato no ERP.
precondition-email = Avisos por e-mail não estão configurados em nenhuma filial; o WhatsApp só os complementa. Nada foi feito.
precondition-email-hint = Configure o aviso de débitos por e-mail no ERP.
precondition-unreadable = Não foi possível ler a linha que decide se há avisos: consulta { $query }, chave { $key }, coluna { $column }: { $problem }{ $value }. Nada foi feito.
precondition-unreadable-hint = Corrija no ERP, ou na consulta; wa-notify source check mostra as colunas.
precondition-not-closed = O ERP ainda não fechou { $asked } (último fechamento: { $last }). Nada foi selecionado.
precondition-not-closed-hint = Faça o fechamento do dia no ERP; o agendador tenta de novo sozinho.

## Demonstração

demo-begin = Demonstração: um ERP inventado num banco embutido e um WhatsApp de mentira em { $url }. Nada sai deste computador.
demo-config-comment = Criada pela demonstração; pode ser apagada com a pasta.
demo-seeding = Criando o ERP de exemplo
demo-seeded = ERP de exemplo pronto: { $customers } clientes, { $receivables } títulos, { $boletos } boletos; último fechamento em { $close }.
demo-foreign-tables = O banco tem tabelas que não são do exemplo ({ $tables }). Nada foi tocado.
demo-foreign-tables-hint = Use um banco novo para o exemplo: ele nunca é criado sobre um ERP de verdade.
demo-folder-taken = A pasta { $folder } tem outras coisas dentro. Nada foi tocado.
demo-folder-taken-hint = Escolha outra: wa-notify demo --dir PASTA
demo-station-seed = 07:00 O ERP da loja, com clientes, títulos e boletos
demo-station-init = 07:30 Criar as tabelas do wa-notify
demo-station-pair = 08:00 Vincular o WhatsApp da loja
demo-station-dry-run = 08:20 Quem receberia o quê, e quem não e por quê
demo-station-scan = 08:30 Selecionar e gravar
demo-station-send = 09:01 Enviar
demo-station-answers = 09:20 Os clientes respondem
demo-answer-paid = Já paguei ontem, segue o comprovante 👍
demo-answer-stop = SAIR
demo-station-replies = 09:30 Tratar as respostas
demo-station-status = 09:31 Como ficou
demo-station-failed = A demonstração parou em wa-notify { $command } (código { $code }).
demo-end =
    { $delivered } mensagens chegaram aos celulares de mentira, { $documents } com PDF.
    PDFs:         { $pdf }
    Mensagens:    { $messages }
    Configuração: { $config }
demo-serve-hint = Para ver as conversas como num celular: wa-notify demo --serve
demo-serving = As conversas, como num celular: { $url } (Ctrl-C encerra)
