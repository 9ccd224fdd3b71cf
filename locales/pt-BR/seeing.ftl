# As palavras de explain, doctor e do banco restaurado.

## Banco restaurado de um backup

restore-held = O banco voltou a um estado antigo: este site já viu { $seen } envios, o banco só conhece { $found }. Nada foi enviado, porque o que saiu depois do backup sairia de novo.
restore-held-hint = Compare com as conversas no celular da loja. Para seguir: wa-notify send --confirm-restore. Não envia nada: dá por avisado tudo o que já venceu etapa até hoje, e deixa o que estava na fila.
restore-confirmed = Banco restaurado confirmado: { $stages } etapas dadas por avisadas, { $notices } avisos da fila e { $parts } mensagens pela metade deixados. Quem não tinha sido avisado recebe na próxima etapa.
restore-another = Este é outro banco do wa-notify que o do último envio (identidade diferente); a marca de envios recomeça com ele.
restore-unreadable = A marca de envios ao lado da configuração estava ilegível e recomeça; desta vez um banco restaurado não seria notado.

## Explain

customer-nobody = Nenhum cliente com "{ $text }".
customer-nobody-hint = Procure pelo código, CPF ou CNPJ, telefone, ou parte do nome.
customer-several = Mais de um cliente com "{ $text }".
customer-several-hint = Repita com o código de um deles, como 1042.
customer-more = Só os primeiros { $count }; escreva mais do nome.
customer-id = Código
customer-tax-id = CPF ou CNPJ
explain-customer = Cliente { $id }: { $name }{ $tax_id }
explain-flags = Recebe aviso por e-mail: { $email }. Bloqueado: { $blocked }.
explain-unreadable = Cliente { $id }: o cadastro não pôde ser lido.
explain-dates = Hoje { $today }; último fechamento { $close }; as etapas contam em { $day }.
explain-hold = Em espera ({ $kind }), sem data para acabar.
explain-hold-until = Em espera ({ $kind }) até { $until }.
explain-contacts = Contatos
explain-no-contacts = Nenhum contato no cadastro.
explain-contact = Contato
explain-typed = No cadastro
explain-read-as = Lido como
explain-flagged = Recebe aviso
explain-policy = Política
explain-policy-line = Filial { $branch } ({ $name }): antes do vencimento { $upcoming }; depois { $overdue }{ $repeat }; até { $stop } dias; mínimo { $minimum }.
explain-policy-off = nada
explain-policy-repeat = {" "}e a cada { $days }
explain-policy-unreadable = Filial { $branch }: o cadastro não pôde ser lido.
explain-policy-no-email = Filial { $branch } ({ $name }): avisos por e-mail não configurados; o WhatsApp só os complementa.
explain-receivables = Títulos em aberto
explain-nothing-open = Nada em aberto.
explain-document = Título
explain-due = Vencimento
explain-balance = Saldo
explain-stage = Etapa ou motivo
explain-boleto-usable = vai junto
explain-claimed = já avisado: { $stage } (aviso { $notice })
explain-claimed-baseline = dado como avisado: { $stage }
explain-next-stage = { $on }: { $stage }
explain-settled =
    { $count ->
        [1] E mais 1 título quitado.
       *[other] E mais { $count } títulos quitados.
     }
explain-notices = Avisos gravados
explain-before-init = As tabelas WA_* ainda não existem (wa-notify init): nada se sabe de avisos anteriores.
explain-no-notices = Nenhum até agora.
explain-notice = Aviso { $notice } (ref. { $reference }), fechamento { $close }, para { $phone }: { $state }{ $reason }
explain-last-written = Último envio a { $phone }: { $on }.
explain-replies = Respostas
explain-decisions = Decisões contra, nas últimas seleções
explain-now = Se a seleção do fechamento { $close } rodasse agora (etapas em { $day }):
explain-next = No próximo fechamento, { $close } (etapas em { $day }), se nada for pago:
explain-would = Aviso para { $contact }, { $phone }, { $total }: { $items }
explain-not = Não: { $why }
explain-refused = Ninguém recebe: { $why }
explain-until = até { $date }
explain-state-queued = na fila
explain-state-sending = em envio
explain-state-needs_person = em dúvida
explain-state-sent = enviado
explain-state-delivered = entregue
explain-state-skipped = dispensado
explain-state-superseded = substituído
explain-state-expired = vencido sem envio completo
explain-state-failed = com falha
hold-promise = promessa de pagamento
hold-dispute = contestação
hold-held = { $name } ({ $id }) não recebe avisos até { $until }.
hold-lifted = { $name } ({ $id }) volta a receber avisos.
hold-was-not = { $name } ({ $id }) não estava em espera. Nada mudou.
hold-open-end = segunda ordem
hold-past = O dia { $day } já passou.
hold-past-hint = Hoje é { $today }.
hold-none = Nenhum cliente em espera.
hold-why = Por quê
hold-until = Até
phone-empty = sem número
phone-not-a-number = não é número
phone-area-code-missing = falta o DDD
phone-area-code-unknown = DDD não existe
phone-service-number = número de serviço (0800)
phone-wrong-length = quantidade de dígitos errada
explain-claim-waits = na fila: { $stage } (aviso { $notice })
explain-waits = O aviso { $notice }, gravado, ainda não saiu: fica como está ou é trocado por este.

## Doctor

doctor-status-ok = OK
doctor-status-warning = ATENÇÃO
doctor-status-problem = PROBLEMA
doctor-end =
    { $problems ->
        [0] Nenhum problema
        [1] 1 problema
       *[other] { $problems } problemas
     }, { $warnings ->
        [0] nenhuma atenção
        [1] 1 atenção
       *[other] { $warnings } atenções
     }.
check-config = configuração
check-templates = textos
check-log = registro
check-lock = trava
check-time_zone = fuso horário
check-database = banco do ERP
check-outbox = tabelas WA_*
check-forced_writes = gravação forçada
check-high_water = marca de envios
check-waiting = pendências
check-queries = consultas
check-indexes = índices
check-contract = contrato
check-email_policy = avisos por e-mail
check-business_date = data do ERP
check-last_close = último fechamento
check-bank_return = retorno bancário
check-gateway = gateway
check-instance = WhatsApp
check-schedule = agendamento
doctor-templates-ok = podem ser preenchidos
doctor-templates-law = a mensagem não mostra { $names }
doctor-templates-law-hint = Toda cobrança deve trazer nome, endereço e CNPJ do credor (CDC art. 42-A): ponha-os em message de [features].
doctor-log = não se grava em { $folder } ({ $error })
doctor-log-hint = Dê permissão de escrita na pasta, ou mude dir em [log].
doctor-lock-free = livre
doctor-time-zone = loja em { $zone } ({ $shop }), computador em { $machine }
doctor-time-zone-hint = O agendador usa o relógio do computador: acerte o fuso do sistema, ou time_zone em [settings].
doctor-database = Firebird { $version }, { $charset }, dialeto { $dialect }
doctor-outbox = versão { $version }
doctor-forced-writes-on = ligada
doctor-forced-writes = desligada: numa queda de energia um aviso poderia sair de novo
doctor-forced-writes-hint = Ligue com: gfix -write sync BANCO
doctor-restored = banco restaurado de backup? este site viu { $seen } envios, o banco conhece { $found }; send está retido
doctor-restored-hint = Confira com wa-notify send --dry-run e libere com wa-notify send --confirm-restore
doctor-high-water = { $departures } envios até agora
doctor-another-outbox = é de outro banco
doctor-another-outbox-hint = Se a troca de banco foi de propósito, nada a fazer: o próximo envio a renova.
doctor-mark-unreadable = ilegível
doctor-mark-unreadable-hint = O próximo envio a renova; até lá um banco restaurado não seria notado.
doctor-queries = { $count } cumprem o contrato
doctor-indexes-ok = nenhuma tabela grande lida por inteiro
doctor-indexes = { $table } é lida por inteiro ({ $rows } linhas) para achar os títulos de um dia
doctor-indexes-customer = { $table } é lida por inteiro ({ $rows } linhas) para cada cliente
doctor-indexes-create = Peça ao fornecedor do ERP este índice: { $index }
doctor-indexes-hint = Peça ao fornecedor do ERP um índice na coluna da tabela que está por trás de { $column }: CREATE INDEX NOME ON TABELA (COLUNA). E deixe { $column } sem cálculo em { $query }.sql.
doctor-contract = avisos por WhatsApp contratados
doctor-email = configurados
doctor-dates = ERP em { $business }, computador em { $today }
doctor-dates-hint = Acerte o relógio do computador, ou faça os fechamentos que faltam no ERP.
doctor-close = { $last } ({ $age } dias úteis atrás)
doctor-close-hint = Sem fechamento não há seleção: faça o fechamento do dia no ERP.
doctor-no-bank-return = o ERP não informa
doctor-bank-return = último em { $last }
doctor-bank-return-hint = Importe o retorno do banco no ERP; até lá, avisos de vencidos esperam.
doctor-no-instance = nem o contrato nem a configuração têm instância
doctor-no-instance-hint = Atualize o contrato no ERP, ou preencha instance em [gateway].
doctor-link = instância { $instance }: { $state }
doctor-link-hint = Com o celular da loja na mão: wa-notify pair
doctor-gateway = versão { $version } (instância { $instance })
doctor-restricted = o WhatsApp restringiu o número da instância { $instance }: ela não envia nada até { $until }
doctor-restricted-hint = Confira o WhatsApp no celular da loja. Para voltar antes disso: wa-notify send --resume
doctor-waiting = { $unknown } em dúvida, { $held } avisos retidos, { $replies } respostas a ler, { $silent } sem confirmação
doctor-waiting-hint = Veja quais e o que fazer: wa-notify status
doctor-schedule-on = instalado
doctor-schedule = nada agendado neste computador
doctor-schedule-hint = Agende com: wa-notify schedule install
