/* Made from openapi.json by `npm run api`. Do not edit. */
export interface paths {
  '/api/accounts': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The accounts whose names begin so, by name, at most a thousand. */
    get: operations['get_accounts']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/accounts/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** An account. */
    get: operations['get_account']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/accounts/{id}/statement': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The lines of an account, the newest first, as JSON, CSV or XLSX. */
    get: operations['get_statement']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/alarms': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** All alarms that stand. */
    get: operations['get_alarms']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/alarms/acknowledge': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Notes that an alarm was seen. */
    post: operations['acknowledge_alarm']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/alarms/assign': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Says who sees to an alarm. */
    post: operations['assign_alarm']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/alarms/escalate': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Hands an alarm up to the security office: a severity up, and not taken note of any more. */
    post: operations['escalate_alarm']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/alarms/note': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Writes a remark, `why`, about an alarm. */
    post: operations['note_alarm']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/alarms/page': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Has an alarm sound again wherever it is shown. */
    post: operations['page_alarm']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/areas': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** All areas with their occupancy and what is in force over them. They form a tree by `parent`. */
    get: operations['get_areas']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/areas/{id}/emergency': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Has every gate of an area stand open, for a fire or an evacuation. */
    post: operations['begin_emergency']
    /** Ends an emergency release; where everybody within is, is forgotten. */
    delete: operations['end_emergency']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/areas/{id}/lockdown': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Locks an area down: nobody enters, anybody may leave. */
    post: operations['begin_lockdown']
    /** Ends a lock-down. `why` may be in the query instead of a body. */
    delete: operations['end_lockdown']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/areas/{id}/people': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Who is within an area, as far as is known: a muster list. */
    get: operations['get_people_within']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/areas/{id}/release': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Ends a lock-down, for clients that cannot send DELETE. */
    post: operations['release_lockdown']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/areas/{id}/rooms/cut': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Makes every room within an area dark. */
    post: operations['cut_rooms']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/areas/{id}/rooms/limits': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Gives every room within an area other limits, or none of them if one cannot have them. */
    post: operations['limit_rooms']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/areas/{id}/rooms/restore': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Takes the cuts of all rooms within an area back, one group after the other. Trips are released
     *     room by room.
     */
    post: operations['restore_rooms']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/audit': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** What people did: signing in, orders, searches, changes of rules and operators. */
    get: operations['get_audit']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/backups': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The copies that there are, the latest first. */
    get: operations['get_backups']
    put?: never
    /** Copies both databases while the controller runs, and proves the copy. */
    post: operations['take_backup']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/backups/{name}/verify': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Proves a copy: every file as it was copied, and both chains whole. */
    post: operations['verify_backup']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/campus': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Everything about places and devices that a page asks for once. */
    get: operations['get_campus']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/devices': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Every device of the campus and every account of the broker. */
    get: operations['get_devices']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/devices/{username}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    post?: never
    /** Keeps a device from signing in. `why` may be in the query instead of a body. */
    delete: operations['revoke_device']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/devices/{username}/credential': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Gives a device a new password, in place of the one it had. */
    post: operations['make_credential']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/entries': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The entry log. */
    get: operations['get_entries']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/facts': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Every fact of the journal, in order, without a hole: for archives and auditors. */
    get: operations['get_facts']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/feeders': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** All feeders: what each carries, and whom it has shed. */
    get: operations['get_feeders']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/flow': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Decisions by gate and hour; hours without any are left out. */
    get: operations['get_flow']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/gates': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** All gates and how they stand. */
    get: operations['get_gates']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/gates/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** One gate and how it stands. */
    get: operations['get_gate']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/gates/{id}/mode': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Gives a gate a standing order. */
    post: operations['set_gate_mode']
    /** Takes a gate's standing order back. `why` may be in the query instead of a body. */
    delete: operations['clear_gate_mode']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/gates/{id}/open': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Opens a gate once. */
    post: operations['open_gate']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/handovers': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The notes that stand at one's own gates, the oldest first. */
    get: operations['get_handovers']
    put?: never
    /** Leaves a note for whoever is next at these gates. */
    post: operations['write_handover']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/handovers/{id}/take': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Takes a note over: it is shown no more. */
    post: operations['take_handover']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/journal/proof': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Proves that the journal is whole, row by row, or names the first row that is not. */
    get: operations['prove_journal']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/lines': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** All lines: load, cycle, the computed longest time to a trip, their units. */
    get: operations['get_lines']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/money/adjust': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Sets money right by hand; above the limit of the campus it waits for a second person. */
    post: operations['adjust_money']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/money/adjustments': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The adjustments that wait for a second person. */
    get: operations['get_adjustments']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/money/adjustments/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    post?: never
    /** Takes an adjustment back that waits. */
    delete: operations['withdraw_adjustment']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/money/adjustments/{id}/confirm': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Agrees to an adjustment that a colleague has asked for, and carries it out. */
    post: operations['confirm_adjustment']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/money/correct': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Moves back what a row has moved, by a row that names it. */
    post: operations['correct_row']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/money/days/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A day of the books, with what each account and purpose came to if it is closed. */
    get: operations['get_day']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/money/days/{id}/close': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Closes a day that is over, and all before it: nothing is added to it afterwards. */
    post: operations['close_day']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/money/refund': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Gives money back: from a merchant, a unit's income or a room to a purse or a room. */
    post: operations['refund_money']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/money/top-up': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Money comes in at a cash desk or from a bank, once for each receipt or reference. */
    post: operations['top_up']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/money/transfer': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Moves money from a person's purse to a room's account. */
    post: operations['transfer_money']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/operators': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** All operators, also those who were revoked. */
    get: operations['get_operators']
    put?: never
    /** Adds an operator; answers a password. */
    post: operations['add_operator']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/operators/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    post?: never
    /** Takes everything from an operator. `why` may be in the query instead of a body. */
    delete: operations['revoke_operator']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/operators/{id}/password': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Gives an operator a new password; their sessions end. */
    post: operations['reset_password']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/operators/{id}/rights': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Gives an operator another role, other places or another name. */
    post: operations['change_operator']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/operators/{id}/sessions': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    post?: never
    /** Ends an operator's sessions. `why` may be in the query instead of a body. */
    delete: operations['end_sessions']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/operators/{id}/tokens': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Makes a token of an operator's. */
    post: operations['add_token']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/operators/{id}/tokens/{label}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    post?: never
    /** Makes a token worthless. `why` may be in the query instead of a body. */
    delete: operations['revoke_token']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/passback/forgive': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Forgets where somebody is, so that anti-passback lets them in. */
    post: operations['forgive_passback']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/people': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The people of that name, fifty at most. Who is there for some areas finds those who live there. */
    get: operations['find_people']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/people/{id}/accounts': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A person's purse, then the subsidies that are spent with it; empty until something was paid in. */
    get: operations['get_accounts_of']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/people/{id}/photo': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * A person's photo: JPEG, PNG or WebP. Who is there for some gates gets it only of people who have been
     *     at one of them.
     */
    get: operations['get_photo']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/proposals': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The orders that wait, of those that one might give oneself. */
    get: operations['get_proposals']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/proposals/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    post?: never
    /** Withdraws an order that waits, or declines it. `why` may be in the query instead of a body. */
    delete: operations['decline_proposal']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/quarantine': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Registers that are not believed: nothing is billed in these rooms until somebody has decided. */
    get: operations['get_quarantine']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/rooms': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** All rooms. */
    get: operations['get_rooms']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/rooms/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A room: power, relay, what it rests on, who wants it dark. */
    get: operations['get_room']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/rooms/{id}/account': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A room's money: balance, level, tariff, what is billed, how long it lasts. */
    get: operations['get_room_account']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/rooms/{id}/cut': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Makes a room dark. */
    post: operations['cut_room']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/rooms/{id}/events': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * What happened to a room last, the newest first: trips with the samples that they rest on, recloses,
     *     orders. The latest three hundred are kept; the journal has all.
     */
    get: operations['get_events']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/rooms/{id}/limits': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Gives a room other limits; never above what its circuit is rated for. */
    post: operations['limit_room']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/rooms/{id}/meter': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Puts the meter that answers on record as the room's: it was exchanged. */
    post: operations['accept_meter']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/rooms/{id}/power': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** What a room drew, in means and peaks of five minutes. */
    get: operations['get_power']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/rooms/{id}/reading': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Says what a register that is not believed is worth. */
    post: operations['decide_reading']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/rooms/{id}/restore': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Takes a cut back, releases a trip, and lets a stubborn relay be tried again. What others want, stands. */
    post: operations['restore_room']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/rooms/{id}/statement': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The lines of a room's account, the newest first, as JSON, CSV or XLSX. */
    get: operations['get_room_statement']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/rooms/{id}/why': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Why a room is dark, or that nobody wants it so. */
    get: operations['get_why']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/rules': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The rules: policies, calendar, tariffs. */
    get: operations['get_rules']
    put?: never
    /** Checks an edit and, if it has no mistakes, puts it in place; it counts within a second. */
    post: operations['save_rules']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/rules/check': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Checks an edit as `onecard check` does; nothing is written. */
    post: operations['check_rules']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/rules/preview': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * What last month's electricity would have cost, had the newest version of each tariff of an edit been
     *     in force; nothing is written.
     */
    post: operations['preview_rules']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/rules/versions': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The rule sets that there were, the latest first. */
    get: operations['get_rule_sets']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/session': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The session of this browser. */
    get: operations['get_session']
    put?: never
    /** Signs in: sets the session's cookie. */
    post: operations['sign_in']
    /** Signs out: the session and its MQTT tickets are worth nothing any more. */
    delete: operations['sign_out']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/session/mqtt': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Gives the page a ticket to the broker: it may hear what its operator may see, for ten minutes, and
     *     publish nothing.
     */
    post: operations['get_ticket']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/taps': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** All taps: their valves, and who uses them. */
    get: operations['get_taps']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/taps/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A tap: its valve, and who uses it. */
    get: operations['get_tap']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/taps/{id}/shut': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Stops the water, and takes the tap out of use until it is given back. */
    post: operations['shut_tap']
    /** Gives a tap back to use. `why` may be in the query instead of a body. */
    delete: operations['free_tap']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/version': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** What runs here, and for which site. */
    get: operations['get_version']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/health': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Whether the controller is well: 200, or 503 and what is wrong. */
    get: operations['get_health']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/metrics': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Everything counted, in the Prometheus text format. */
    get: operations['get_metrics']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/openapi.json': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** This document. */
    get: operations['get_document']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
}
export type webhooks = Record<string, never>
export interface components {
  schemas: {
    /** @description An account. */
    AccountView: {
      /** @description `kind:owner`, such as `purse:2024001`. */
      account: string
      /**
       * Format: int64
       * @description The balance without what reservations hold back.
       */
      available_fen: number
      /** Format: int64 */
      balance_fen: number
      /** Format: int64 */
      daily_limit_fen?: number | null
      kind: string
      /** @description The last day on which a subsidy can be spent. */
      last_day?: string | null
      /**
       * Format: int64
       * @description The last row that touched it.
       */
      last_row?: number | null
      /** Format: int64 */
      single_limit_fen?: number | null
      /** @description `open`, `frozen` or `closed`. */
      state: string
    }
    /** @description Which alarm is meant, as `/api/alarms` names it, and what is to be written about it. */
    AcknowledgeAsked: {
      area: string
      device: string
      /** @description `gate`, `reader`, `room`, `valve`, `bus`, `feeder` or `controller`. */
      kind: string
      reason: string
      why: string
    }
    /** @description An adjustment that waits for a second person. */
    AdjustmentView: {
      /** @description What it is confirmed or taken back by. */
      adjustment: string
      /** Format: int64 */
      amount_fen: number
      at: string
      by: string
      from: string
      to: string
      why: string
    }
    /** @description An alarm that stands. */
    AlarmView: {
      acknowledged_at?: string | null
      acknowledged_by?: string | null
      area: string
      /** @description Who sees to it. */
      assigned_to?: string | null
      /** @description What exactly, for those who mend it. */
      detail: string
      device: string
      /** @description Who handed it up to the security office. */
      escalated_by?: string | null
      kind: string
      /** @description When it was to sound again. */
      paged_at?: string | null
      reason: string
      /** @description The oldest first. */
      remarks: components['schemas']['RemarkView'][]
      /** @description `critical`, `serious` or `minor`. */
      severity: string
      since: string
      text_en: string
      text_zh: string
    }
    /** @description An area on duty for, or one that a gate on duty for joins. */
    AreaName: {
      /** Format: int32 */
      capacity?: number | null
      id: string
      name: string
      parent?: string | null
    }
    /** @description An area, how many are in it, and what is in force over it. */
    AreaView: {
      /**
       * Format: int32
       * @description Most people allowed inside; null: no limit.
       */
      capacity?: number | null
      id: string
      /**
       * Format: int32
       * @description People in it and in everything inside it, as far as is known.
       */
      inside: number
      measures: components['schemas']['MeasureView'][]
      name: string
      /** @description The area around it; null: the outermost. */
      parent?: string | null
    }
    /** @description Which alarm somebody sees to. */
    AssignAsked: {
      area: string
      device: string
      kind: string
      reason: string
      /** @description An operator; null: nobody sees to it any more. */
      to?: string | null
      why: string
    }
    /** @description What people did. */
    AuditFound: {
      /**
       * Format: int64
       * @description Where to go on with `before`; null: there is no more.
       */
      next_before?: number | null
      rows: components['schemas']['Fact'][]
    }
    /** @description What proving a copy came to. */
    BackupProof: {
      /** @description What is wrong; null: nothing. */
      flaw?: string | null
      /** Format: int64 */
      journal_rows?: number | null
      /** Format: int64 */
      ledger_rows?: number | null
      /** @description Whether every file is as it was copied, and both chains hold. */
      whole: boolean
    }
    /** @description A copy. */
    BackupView: {
      /** Format: int64 */
      bytes: number
      /** @description False: it is being made, or was broken off. */
      finished: boolean
      /** Format: int64 */
      journal_rows?: number | null
      /** Format: int64 */
      ledger_rows?: number | null
      /** @description When it was begun, in UTC: the name of its folder. */
      name: string
    }
    /** @description How a room stands with billing. */
    BilledView: {
      area: string
      /**
       * Format: int64
       * @description What it can spend, its subsidies included; null until it is known.
       */
      balance_fen?: number | null
      billed?: null | components['schemas']['RegisterView']
      /** @description `well`, `low`, `nearly_empty`, `arrears` or `spent`. */
      credit: string
      /** @description Its power is off, or would be off but for a protected time: `no`, `deferred` or `yes`. */
      dark: string
      /** @description It is never dark for want of money. */
      exempt: boolean
      /**
       * Format: int64
       * @description What of this month's free allowance is left, in Wh.
       */
      free_wh: number
      name: string
      parked?: null | components['schemas']['ParkedView']
      /**
       * Format: int32
       * @description How many share the free allowance.
       */
      people: number
      room: string
      tariff: string
    }
    /** @description The campus as far as it concerns who asks. */
    CampusView: {
      areas: components['schemas']['AreaName'][]
      gates: components['schemas']['GateName'][]
      lines: components['schemas']['LineName'][]
      name: string
      rooms: components['schemas']['RoomName'][]
      site: string
      /** @description What every topic begins with, without the slash after it. */
      topics: string
      /** @description Orders that need two people, such as `begin_emergency`. */
      two_people: string[]
      /** @description The time zone, such as `Asia/Shanghai`. */
      zone: string
    }
    /** @description What is to be different about an operator. */
    ChangeAsked: {
      name: string
      rights: components['schemas']['RightsAsked']
      why: string
    }
    /** @description Files that differ from those on disk. */
    CheckAsked: {
      files: components['schemas']['RuleEdit'][]
    }
    /** @description What checking an edit came to. */
    Checked: {
      mistakes: components['schemas']['MistakeView'][]
      policies?: number | null
      /** @description Whether it was put in place; never by a mere check. */
      saved: boolean
      /** @description Of the policies that there are then; null: there are mistakes. */
      version?: string | null
      warnings: components['schemas']['MistakeView'][]
    }
    /** @description What a day came to. */
    ClosedView: {
      day: string
      /** Format: int64 */
      moved_fen: number
      /**
       * Format: int64
       * @description Rows that moved money.
       */
      rows: number
    }
    /**
     * @description Why a request was refused. Codes are stable; none is ever renamed.
     * @enum {string}
     */
    Code:
      | 'unauthorized'
      | 'wrong_credentials'
      | 'locked_out'
      | 'too_many_attempts'
      | 'csrf'
      | 'forbidden'
      | 'out_of_scope'
      | 'outside_broker'
      | 'no_websocket'
      | 'unknown_path'
      | 'method_not_allowed'
      | 'unknown_gate'
      | 'unknown_area'
      | 'unknown_room'
      | 'unknown_tap'
      | 'unknown_operator'
      | 'unknown_note'
      | 'unknown_device'
      | 'unknown_token'
      | 'unknown_backup'
      | 'unknown_proposal'
      | 'no_rooms'
      | 'not_json'
      | 'body_too_long'
      | 'bad_field'
      | 'nothing_to_end'
      | 'no_override'
      | 'nothing_to_forgive'
      | 'alarm_not_standing'
      | 'tap_not_shut'
      | 'too_many_notes'
      | 'needs_second'
      | 'too_many_proposals'
      | 'operator_exists'
      | 'yourself'
      | 'rules_changed'
      | 'backup_running'
      | 'same_meter'
      | 'exists_with_different_amount'
      | 'exists_with_different_order'
      | 'not_positive'
      | 'day_closed'
      | 'day_not_over'
      | 'unknown_account'
      | 'unknown_person'
      | 'unknown_photo'
      | 'same_account'
      | 'account_closed'
      | 'account_frozen'
      | 'account_not_empty'
      | 'wrong_accounts'
      | 'limit_exceeded'
      | 'insufficient_funds'
      | 'reservation_unknown'
      | 'reservation_ended'
      | 'exceeds_reserved'
      | 'not_expired'
      | 'row_unknown'
      | 'nothing_to_correct'
      | 'exceeds_row'
      | 'overflow'
      | 'nothing_to_confirm'
      | 'same_person'
      | 'not_billed'
      | 'nothing_parked'
      | 'uncharged'
      | 'billing_busy'
      | 'not_recorded'
      | 'gate_busy'
      | 'no_answer'
      | 'store_unreadable'
      | 'folder_unusable'
    /** @description What a row has moved goes back, or a part of it. */
    CorrectAsked: {
      /** Format: int64 */
      amount_fen: number
      /** @description A key of the client's choice: with the same key it is done once. */
      key: string
      /**
       * Format: int64
       * @description The row of the statement that was wrong.
       */
      row: number
      why: string
    }
    /** @description A password, shown this once. */
    CredentialMade: {
      /** @description Devices must use it. */
      client_id: string
      password: string
      username: string
    }
    /** @description Make a room dark. */
    CutAsked: {
      /**
       * Format: date-time
       * @description Ends by itself then, RFC 3339.
       */
      until?: string | null
      why: string
    }
    /** @description A day of the books. */
    DayView: {
      closed: boolean
      closed_by?: string | null
      day: string
      /** @description Empty while it is open. */
      totals: components['schemas']['TotalView'][]
    }
    /** @description What was billed by the decision. */
    DecidedView: {
      /** Format: int64 */
      amount_fen: number
      /** Format: int64 */
      quantity_wh: number
      room: string
    }
    /**
     * @description What becomes of the register.
     * @enum {string}
     */
    DecisionAsked: 'go_on' | 'discard'
    /** @description A demand in both languages. */
    DemandTold: {
      next_en: string
      /** @description What happens next, and when. */
      next_zh: string
      why_en: string
      /** @description Why the room is dark, and since when. */
      why_zh: string
    }
    /** @description A device of the campus, or a client of the broker that has an account. */
    DeviceView: {
      area: string
      /** @description When its password was made; null: it has none. */
      created_at?: string | null
      device: string
      /** @description Whether the campus folder has it. */
      is_of_campus: boolean
      /** @description `gate`, `reader`, `dashboard` or `system`. */
      kind: string
      /** @description From then on it cannot sign in. */
      revoked_at?: string | null
      /** @description The name to sign in with, and the client id. */
      username: string
    }
    /** @description Rows of the entry log. */
    Entries: {
      /**
       * Format: int64
       * @description The last row of the journal.
       */
      last_seq: number
      /**
       * Format: int64
       * @description Where to go on with `after`; null unless `after` was given. Up to here nothing is missing.
       */
      next_after?: number | null
      /**
       * Format: int64
       * @description Where to go on with `before`; null at the end, and when `after` was given.
       */
      next_before?: number | null
      /** @description As over MQTT (`entry` in `docs/asyncapi.yaml`), without `prev_seq`. */
      rows: Record<string, never>[]
    }
    /** @description A fact of the journal. */
    Fact: Record<string, never> & {
      /** Format: int64 */
      boot: number
      /** Format: int64 */
      seq: number
    }
    /** @description Facts of the journal. */
    FactsFound: {
      /**
       * Format: int64
       * @description The last row of the journal.
       */
      last_seq: number
      /**
       * Format: int64
       * @description Where to go on with `after`.
       */
      next_after: number
      rows: components['schemas']['Fact'][]
    }
    /** @description A feeder at one moment. */
    FeederView: {
      area: string
      at: string
      /** @description Nothing is left to shed, and it is above its limit. */
      exhausted: boolean
      feeder: string
      /** Format: double */
      limit_w: number
      /** @description By its own meter; if not, its rooms are added up. */
      measured: boolean
      name: string
      /**
       * Format: double
       * @description What it carries; absent while that is not known.
       */
      power_w?: number | null
      rooms: number
      /** @description The rooms that are dark for its sake. */
      shed: components['schemas']['ShedView'][]
    }
    /** @description An hour of a gate. */
    FlowView: {
      /**
       * Format: int64
       * @description Let in, and let out.
       */
      entered: number
      gate: string
      /** @description When the hour began, by the site's clock. */
      hour: string
      /** Format: int64 */
      left: number
      /** Format: int64 */
      refused: number
    }
    /** @description Whom anti-passback shall forgive: one person, or everybody within an area. */
    ForgiveAsked: {
      area?: string | null
      person?: string | null
      why: string
    }
    /**
     * @description How an operator can have a single gate stand.
     * @enum {string}
     */
    GateMode: 'secure' | 'free' | 'blocked'
    GateName: {
      area: string
      from: string
      id: string
      /** @description `turnstile`, `door` or `vehicle`. */
      kind: string
      name: string
      readers: components['schemas']['ReaderName'][]
      to: string
    }
    /** @description A gate and how it stands. */
    GateView: {
      area: string
      /** @description `online` or `offline`; null: nothing heard yet. */
      availability?: string | null
      /** @description People let pass who have not passed yet. */
      awaited: number
      /** @description Whether the gate has confirmed that mode. */
      confirmed: boolean
      /** @description Whether it is wired to release on the fire alarm. */
      escape_route: boolean
      from: string
      /** @description When it last said anything. */
      heard_at?: string | null
      id: string
      /** @description `turnstile`, `door` or `vehicle`. */
      kind: string
      /** @description The mode that it was told. */
      mode?: string | null
      name: string
      /** @description Who holds the layer of orders that won. */
      owner?: Record<string, never> | null
      /** @description Since when it is in this state. */
      since?: string | null
      /** @description `unknown`, `closed`, `open`, `held`, `forced` or `fault`. */
      state: string
      to: string
    }
    /** @description What the next must know. */
    HandoverAsked: {
      /** @description The gates that it is about: at least one. */
      gates: string[]
      text: string
    }
    /** @description A note that nobody has taken over. */
    HandoverView: {
      at: string
      by: string
      /** @description The gates that it is about. */
      gates: string[]
      id: string
      text: string
    }
    /** @description The note that was left. */
    HandoverWritten: {
      id: string
    }
    /** @description How the controller is. */
    Health: {
      /**
       * Format: int64
       * @description How often a controller has started on this data.
       */
      boot: number
      journal_capacity: number
      /**
       * Format: int64
       * @description Commits that the disk refused since the start.
       */
      journal_failed_commits: number
      journal_healthy: boolean
      /** @description Facts that wait for the disk, and how many may. */
      journal_waiting: number
      /**
       * Format: int64
       * @description Age of that row; null: none was written since the start.
       */
      last_recorded_ms?: number | null
      /**
       * Format: int64
       * @description The last row of the journal.
       */
      last_seq: number
      ledger_capacity: number
      /** Format: int64 */
      ledger_failed_commits: number
      ledger_healthy: boolean
      /** @description Payments that wait for the disk, and how many may. */
      ledger_waiting: number
      /** @description Whether messages of devices can come and go. */
      link_up: boolean
      /** @description `ok`, or what is wrong. */
      status: string
      /** Format: int64 */
      uptime_ms: number
      version: string
    }
    /** @description What walking the journal's chain of hashes came to. */
    JournalProof: {
      /** Format: int64 */
      first?: number | null
      /** @description The first row that is not as it was written; null: all are. */
      flaw?: string | null
      /** Format: int64 */
      last: number
      /** @description Of the last row, to be written down elsewhere. */
      last_hash: string
      /**
       * Format: int64
       * @description Rows up to this one were deleted for their age; 0: none.
       */
      pruned: number
      /**
       * Format: int64
       * @description Rows that are as they were written.
       */
      rows: number
      whole: boolean
    }
    /** @description Other limits for a room, in watts. */
    LimitsAsked: {
      /** Format: double */
      limit_w: number
      /** Format: double */
      night_limit_w?: number | null
      why: string
    }
    LineName: {
      area: string
      id: string
    }
    /** @description A Modbus line at one moment. */
    LineView: {
      area: string
      /**
       * Format: int32
       * @description The share of the line's time in use, in thousandths.
       */
      busy_permille?: number | null
      /**
       * Format: int64
       * @description One round over all rooms, as computed, in milliseconds.
       */
      cycle_ms: number
      /** Format: int32 */
      dead_permille?: number | null
      line: string
      /**
       * Format: int64
       * @description The last one that was measured.
       */
      measured_cycle_ms?: number | null
      rooms: number
      units: components['schemas']['UnitView'][]
      up: boolean
      /**
       * Format: int64
       * @description The computed longest time from an overload to its relay seen open, in milliseconds; what the
       *     limit's own delay adds is not in it.
       */
      worst_trip_ms: number
    }
    /** @description A measure over an area. */
    MeasureAsked: {
      /**
       * Format: date-time
       * @description Ends by itself then, RFC 3339.
       */
      until?: string | null
      why: string
    }
    /** @description A lock-down or an emergency release that is in force. */
    MeasureView: {
      by: string
      /** @description `lockdown` or `release`. */
      kind: string
      since: string
      /** @description Gates that the measure reaches and that have not confirmed it: somebody must go and look. */
      unconfirmed: string[]
      /** @description Ends by itself then; null: only by an operator. */
      until?: string | null
      why: string
    }
    /** @description Something wrong in a file. */
    MistakeView: {
      file: string
      key: string
      /** @description From 1; null: the whole file. */
      line?: number | null
      /** @description What to do. */
      mend: string
      message: string
    }
    /** @description How a gate shall stand. */
    ModeAsked: {
      mode?: null | components['schemas']['GateMode']
      /**
       * Format: date-time
       * @description Ends by itself then, RFC 3339.
       */
      until?: string | null
      why: string
    }
    /** @description From an account to another. */
    MoveAsked: {
      /** Format: int64 */
      amount_fen: number
      /** @description `kind:owner`, such as `income:electricity`. */
      from: string
      /** @description A key of the client's choice: with the same key it is done once. */
      key: string
      to: string
      why: string
    }
    /** @description Open once. */
    OpenAsked: {
      /** @description `in` or `out`. */
      direction: string
      why: string
    }
    /** @description What was decided. */
    Opened: {
      /** @description Also in the entry row, the command and the passage. */
      decision: string
    }
    /** @description Somebody new, or what is to be different. */
    OperatorAsked: {
      /** @description What screens call them. */
      name: string
      /** @description The name to sign in with. */
      operator: string
      rights: components['schemas']['RightsAsked']
      why: string
    }
    /** @description An operator. */
    OperatorView: {
      /** @description Null: the whole site. */
      areas?: string[] | null
      created_at: string
      gates?: string[] | null
      has_password: boolean
      /** @description What screens call them. */
      name: string
      operator: string
      /** @description From then on they may do nothing. */
      revoked_at?: string | null
      role: string
      sessions: components['schemas']['SessionShown'][]
      tokens: components['schemas']['TokenView'][]
    }
    /** @description What came of an order. */
    PaidView: {
      /** @description What it is confirmed or taken back by, while it waits. */
      adjustment?: string | null
      /**
       * Format: int64
       * @description The first row of what came of it.
       */
      entry?: number | null
      /**
       * Format: int64
       * @description The balance of who paid, and of who was paid, after it; null when it was not carried out now.
       */
      from_balance_fen?: number | null
      /** @description `posted`; `exists`: it was carried out before, and not again; `waits` for a second person. */
      outcome: string
      /** Format: int64 */
      to_balance_fen?: number | null
    }
    /** @description A register that is not believed, beside the last one that was. */
    ParkedView: {
      area: string
      billed?: null | components['schemas']['RegisterView']
      /** @description What the meter showed when it was parked, and what it shows now. */
      first: components['schemas']['RegisterView']
      latest: components['schemas']['RegisterView']
      name: string
      room: string
      /** @description `dropped`, `jumped`, `settings_changed` or `reversed`. */
      why: string
    }
    /** @description A password, shown this once. */
    PasswordMade: {
      operator: string
      password: string
    }
    /** @description Somebody. */
    PersonFound: {
      /** @description The building that the person lives in. */
      dormitory?: string | null
      /** @description `teacher`, `student`, `merchant`, `family`, `temporary` or `visitor`. */
      kind: string
      name: string
      person: string
    }
    /** @description Somebody who is inside. */
    PersonInside: {
      /** @description The innermost area that the person went into. */
      area: string
      name: string
      person: string
      since: string
    }
    /** @description What a room drew. */
    PowerPast: {
      room: string
      /**
       * Format: int64
       * @description How long a span is.
       */
      span_s: number
      /** @description The oldest first; spans without a reading are left out. */
      spans: components['schemas']['PowerSpan'][]
    }
    /** @description Five minutes of a room. */
    PowerSpan: {
      /** @description When they began. */
      at: string
      /** Format: int32 */
      mean_w: number
      /** Format: int32 */
      peak_w: number
    }
    /** @description What last month's electricity would have cost. */
    Previewed: {
      /** @description The first day of the month, and the first after it. */
      from: string
      /** @description Of an edit that has any nothing is reckoned. */
      mistakes: components['schemas']['MistakeView'][]
      tariffs: components['schemas']['TariffPreview'][]
      to: string
    }
    /** @description A refusal. */
    Problem: {
      code: components['schemas']['Code']
      /** @description What is wrong and the mend. */
      detail: string
      /** @description The field, parameter or part of the path that is wrong. */
      field?: string | null
      /** Format: int32 */
      status: number
      /** @description The name of the HTTP status. */
      title: string
      /** @description Always `about:blank`: `code` tells problems apart. */
      type: string
    }
    /** @description An order that waits for a second operator, who sends the same request. */
    ProposalView: {
      /** @description Such as `begin_emergency`. */
      action: string
      at: string
      body: string
      by: string
      expires_at: string
      id: string
      /** @description What is to be sent. */
      method: string
      /** @description Whether who asks has ordered it, and so cannot be the second. */
      own: boolean
      path: string
      target: string
      why: string
    }
    ReaderName: {
      /** @description `in` or `out`. */
      direction: string
      id: string
    }
    /** @description What a register is worth. */
    ReadingAsked: {
      decision: components['schemas']['DecisionAsked']
      /**
       * Format: int64
       * @description With `go_on`: what was used until then, in Wh; 0 if not given.
       */
      quantity_wh?: number | null
      why: string
    }
    /** @description A register at a moment. */
    RegisterView: {
      at: string
      /** Format: int64 */
      register_wh: number
    }
    /** @description What an operator did about an alarm. */
    RemarkView: {
      at: string
      by: string
      /** @description How much hangs on it since, when it was escalated. */
      severity?: string | null
      /** @description `noted`, `escalated`, `assigned` or `paged`. */
      step: string
      text: string
      /** @description Who sees to it since, when it was assigned. */
      to?: string | null
    }
    /** @description A role where it counts. */
    RightsAsked: {
      /** @description Areas with everything inside them; with neither these nor gates, the whole site. */
      areas?: string[]
      /** @description Single gates, for guards. */
      gates?: string[]
      role: string
    }
    /** @description A room's money. */
    RoomAccountView: components['schemas']['BilledView'] & {
      /** @description Its own account, then the subsidies that are spent with it. */
      accounts: components['schemas']['AccountView'][]
      /**
       * Format: double
       * @description For how many days the balance lasts at the pace of the last days that are over; null: nothing
       *     was spent, or nothing is known.
       */
      days_left?: number | null
    }
    RoomName: {
      area: string
      id: string
      line: string
      name: string
    }
    /** @description What a room would have paid. */
    RoomPreview: {
      /**
       * Format: int64
       * @description What it was charged.
       */
      charged_fen: number
      room: string
      /**
       * Format: int64
       * @description What it would have been charged.
       */
      then_fen: number
      /** Format: int64 */
      used_wh: number
    }
    /** @description A room at one moment. */
    RoomView: {
      /** @description Why there is none. */
      absence?: string | null
      /** @description What is wrong with its relay, as codes. */
      alarms: string[]
      area: string
      at: string
      /**
       * Format: int64
       * @description What it has left to pay with, in fen, its subsidies included; below zero it owes. Absent where
       *     rooms do not pay in advance.
       */
      balance_fen?: number | null
      /** @description The last commands to its relay, the latest last. */
      commands: Record<string, never>[]
      /** @description What that means: `well`, `low`, `nearly_empty`, `arrears` or `spent`. */
      credit?: string | null
      /** Format: double */
      current_a?: number | null
      /** @description When that was read. */
      energy_at?: string | null
      /**
       * Format: int64
       * @description What its meter has counted, in whole Wh; absent until it was read.
       */
      energy_wh?: number | null
      /** @description What the trip that stands rests on: samples, rule, threshold, place on the curve. */
      evidence?: Record<string, never> | null
      /** @description What supplies it, where that is watched. */
      feeder?: string | null
      /** Format: double */
      limit_w: number
      line: string
      /** @description The number of the meter that answers, where it has one and has told it. */
      meter_serial?: string | null
      name: string
      /** Format: double */
      night_limit_w?: number | null
      /**
       * @description Every demand that keeps it dark, the one to be named first coming first; empty: nobody wants it
       *     dark.
       */
      off: components['schemas']['DemandTold'][]
      /** Format: double */
      power_w?: number | null
      read_at?: string | null
      /** @description `fresh`, `stale` or `missing`: what the reading below is worth. */
      reading: string
      /** @description `closed` has power, `open` is dark; absent while it is not known. */
      relay?: string | null
      room: string
      /**
       * Format: double
       * @description How far it is towards a trip, from 0 to 1.
       */
      towards_trip: number
      /** Format: double */
      voltage_v?: number | null
    }
    /** @description What an order for an area came to. */
    RoomsTold: {
      /** @description When the last of them has its turn, if they get power back one after the other. */
      done_at?: string | null
      /** @description The rooms that it concerned. */
      rooms: string[]
    }
    /** @description A file as it shall be. */
    RuleEdit: {
      name: string
      text: string
      /** @description The `version` that was edited; null: the file is new. */
      version?: string | null
    }
    /** @description A file of rules. */
    RuleFile: {
      /** @description Below the campus folder, such as `policies/10-everybody.cedar`. */
      name: string
      text: string
      /** @description To be sent back with an edit, so that nobody overwrites another's. */
      version: string
    }
    /** @description The rules as they are on disk. */
    RuleFiles: {
      /** @description Policies in their order, the calendar, the tariffs. */
      files: components['schemas']['RuleFile'][]
    }
    /** @description A rule set that came into force, or was refused. */
    RuleSetView: {
      at: string
      /** @description Who put it in place from a page; null: the folder was edited by other means. */
      by?: string | null
      files?: string | null
      mistakes: string[]
      policies?: number | null
      /** @description Null: it was refused. */
      version?: string | null
      why?: string | null
    }
    /** @description What runs here. */
    Running: {
      /**
       * Format: int64
       * @description How often a controller has started on this data.
       */
      boot: number
      name: string
      site: string
      version: string
    }
    /** @description Files to be put in place. */
    SaveAsked: {
      files: components['schemas']['RuleEdit'][]
      why: string
    }
    /** @description Somebody who is signed in. */
    SessionShown: {
      created_at: string
      expires_at: string
      /** @description The address it was begun from. */
      from: string
      /** @description When it was last used, to the minute. */
      seen_at: string
    }
    /** @description Who has signed in, and what for. */
    SessionView: {
      /** @description The areas on duty for, with everything inside them; null: the whole site. */
      areas?: string[] | null
      /** @description To be sent as `X-CSRF-Token` with every request but GET. */
      csrf: string
      expires_at: string
      /** @description The single gates on duty for; null: the whole site. */
      gates?: string[] | null
      /** @description What screens call the operator. */
      name: string
      /** @description The name signed in with, as it stands in every record. */
      operator: string
      /** @description `guard`, `dormitory_manager`, `utilities`, `security`, `finance`, `auditor` or `administrator`. */
      role: string
    }
    /** @description A room that is dark for a feeder's sake. */
    ShedView: {
      room: string
      since: string
    }
    /** @description A tap out of use. */
    ShutView: {
      by: string
      since: string
      why: string
    }
    /** @description Name and password. */
    SignInAsked: {
      operator: string
      password: string
    }
    /** @description A line of a statement: a row of the ledger as the owner of one account sees it. */
    StatementLine: {
      /**
       * Format: int64
       * @description The row that it ends or corrects.
       */
      about?: number | null
      /** @description The other account. */
      account: string
      at: string
      by?: string | null
      /** @description What caused it; null on the further rows of an entry. */
      cause?: string | null
      /** @description The day of the books. */
      day: string
      /** Format: int64 */
      in_fen?: number | null
      /** Format: int64 */
      out_fen?: number | null
      /** @description `transfer`, `reserve`, `post`, `release`, `expire` or `correct`. */
      phase: string
      purpose: string
      /** Format: int64 */
      row: number
      why?: string | null
    }
    /** @description A statement: the newest lines first. */
    StatementView: {
      account: string
      lines: components['schemas']['StatementLine'][]
      /**
       * Format: int64
       * @description `before` of the next page; null when there is no more.
       */
      next_before?: number | null
    }
    /** @description A tap: its valve, and who uses it. */
    TapView: {
      area: string
      /** @description `online` or `offline`; null: it has not said. */
      availability?: string | null
      name: string
      read_at?: string | null
      reader: string
      /**
       * Format: int64
       * @description All that has ever run, and when that was told.
       */
      register_ml?: number | null
      session?: null | components['schemas']['WaterSession']
      shut?: null | components['schemas']['ShutView']
      /** @description `idle`, `reserving`, `open`, `closing` or `settling`. */
      state: string
      tap: string
      /** @description The tariff of those who have none of their own kind. */
      tariff: string
      /** @description `open`, `closed` or `fault`; null: it has not said. */
      valve?: string | null
    }
    /** @description What the rooms of a tariff would have paid. */
    TariffPreview: {
      /** Format: int64 */
      charged_fen: number
      /** @description How many rooms would have paid more. */
      dearer: number
      /** @description Those whose bill would have risen most, at most ten. */
      most: components['schemas']['RoomPreview'][]
      rooms: number
      tariff: string
      /** Format: int64 */
      then_fen: number
      /** Format: int64 */
      used_wh: number
    }
    /** @description Which ticket is to be renewed. */
    TicketAsked: {
      /**
       * @description A client id that this session was given before: its connection stays, for longer. A new one
       *     is made when it is absent, or over.
       */
      client_id?: string | null
    }
    /** @description What the page connects to the broker with. */
    TicketView: {
      /** @description The only client id that the broker takes with this name. */
      client_id: string
      /** @description Then the broker closes the connection, unless the ticket is renewed before. */
      expires_at: string
      password: string
      /** @description The second segment of every topic. */
      site: string
      /** @description Everything that may be subscribed to: these filters, or narrower ones. */
      subscribe: string[]
      /** @description Where the broker listens for WebSocket. */
      url: string
      username: string
    }
    /** @description A token for a program. */
    TokenAsked: {
      /**
       * Format: int32
       * @description Until it is worth nothing: 1 to 3,650; null: it stays good.
       */
      days?: number | null
      /** @description What it is for; a new one takes the place of one with the same label. */
      label: string
      rights?: null | components['schemas']['RightsAsked']
      why: string
    }
    /** @description A token, shown this once. */
    TokenMade: {
      token: string
    }
    /** @description A token, without what proves it. */
    TokenView: {
      created_at: string
      expires_at?: string | null
      label: string
      revoked_at?: string | null
      /** @description What it may at most; null: whatever its operator may. */
      role?: string | null
    }
    /** @description What an order moved. */
    Told: {
      /**
       * @description Gates that were told to stand otherwise. Which of them have not confirmed it, `/api/areas`
       *     and `/api/gates?unconfirmed=true` say.
       */
      gates: string[]
    }
    /** @description Money that comes in: from a cash desk with a receipt, or from a bank with its reference. */
    TopUpAsked: {
      /** Format: int64 */
      amount_fen: number
      bank?: string | null
      desk?: string | null
      /** Format: int64 */
      receipt?: number | null
      reference?: string | null
      /** @description Whom it is for: `purse:PERSON` or `room:ROOM`. */
      to: string
      why: string
    }
    /** @description What an account and purpose came to on a day. */
    TotalView: {
      account: string
      /** Format: int64 */
      in_fen: number
      /** Format: int64 */
      out_fen: number
      purpose: string
    }
    /** @description From a person's purse to a room's account. */
    TransferAsked: {
      /** Format: int64 */
      amount_fen: number
      /** @description A key of the client's choice: with the same key it is done once. */
      key: string
      person: string
      room: string
      why: string
    }
    /** @description One unit of a line. */
    UnitView: {
      alive: boolean
      /** Format: int64 */
      answers: number
      /** Format: int64 */
      exceptions: number
      /** Format: int64 */
      foreign: number
      /** Format: int64 */
      late: number
      /** Format: int64 */
      silences: number
      /** Format: int64 */
      spoilt: number
      /** Format: double */
      turnaround_p50_ms: number
      /** Format: double */
      turnaround_p999_ms: number
      /** Format: int32 */
      unit: number
    }
    /** @description Somebody's water. */
    WaterSession: {
      /**
       * Format: int64
       * @description What has run so far.
       */
      ml?: number | null
      name: string
      person: string
      /** Format: int64 */
      reserved_fen: number
      /** Format: int64 */
      session: number
      since?: string | null
    }
    /** @description Why something is taken back. */
    WhyAsked: {
      why: string
    }
    /** @description Why a room is dark, in sentences: one text in each language, with what happens next and when. */
    WhyView: {
      dark: boolean
      en: string
      room: string
      zh: string
    }
    /** @description What was done with an adjustment. */
    Withdrawn: {
      adjustment: string
    }
  }
  responses: never
  parameters: never
  requestBodies: never
  headers: never
  pathItems: never
}
export type $defs = Record<string, never>
export interface operations {
  get_accounts: {
    parameters: {
      query?: {
        /** @description What their names begin with, such as `room:dorm-1` or `income:`. */
        prefix?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AccountView'][]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_account: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AccountView']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_statement: {
    parameters: {
      query?: {
        /** @description Only lines before this row: the next page. */
        before?: number
        /** @description 1 to 10,000; 100 if not given. */
        limit?: number
        /** @description `json`, `csv` or `xlsx`; `json` if not given. */
        format?: string
      }
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['StatementView']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_alarms: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AlarmView'][]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  acknowledge_alarm: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['AcknowledgeAsked']
      }
    }
    responses: {
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  assign_alarm: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['AssignAsked']
      }
    }
    responses: {
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  escalate_alarm: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['AcknowledgeAsked']
      }
    }
    responses: {
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  note_alarm: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['AcknowledgeAsked']
      }
    }
    responses: {
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  page_alarm: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['AcknowledgeAsked']
      }
    }
    responses: {
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_areas: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AreaView'][]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  begin_emergency: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['MeasureAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Told']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  end_emergency: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Told']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  begin_lockdown: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['MeasureAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Told']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  end_lockdown: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Told']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_people_within: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PersonInside'][]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  release_lockdown: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Told']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  cut_rooms: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['CutAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['RoomsTold']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  limit_rooms: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['LimitsAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['RoomsTold']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  restore_rooms: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['RoomsTold']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_audit: {
    parameters: {
      query?: {
        /** @description An operator, or the begin of a name. */
        who?: string
        /** @description A kind of fact, deed, act or order, such as `searched`, `ordered`, `lock_down` or `rules_loaded`. */
        action?: string
        /** @description The gate, area, room, device, person or operator that it is about. */
        place?: string
        /** @description RFC 3339. */
        from?: string
        /** @description RFC 3339, not included. */
        to?: string
        /** @description Only rows before this `seq`: the next page. */
        before?: number
        /** @description 1 to 1,000; 100 if not given. */
        limit?: number
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AuditFound']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_backups: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['BackupView'][]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  take_backup: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['BackupView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  verify_backup: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['BackupProof']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_campus: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['CampusView']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_devices: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['DeviceView'][]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  revoke_device: {
    parameters: {
      query?: never
      header?: never
      path: {
        username: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  make_credential: {
    parameters: {
      query?: never
      header?: never
      path: {
        username: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['CredentialMade']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_entries: {
    parameters: {
      query?: {
        /** @description A person's number. Such a search is recorded, with its `why`. */
        person?: string
        /** @description Why a person is searched, in 1 to 500 characters. */
        why?: string
        gate?: string
        /** @description The area that the gate stands under. */
        area?: string
        /** @description RFC 3339. */
        from?: string
        /** @description RFC 3339, not included. */
        to?: string
        /** @description Only rows after this `seq`, the oldest first: what a subscriber missed. */
        after?: number
        /** @description Only rows before this `seq`: the next page of the newest. */
        before?: number
        granted?: boolean
        /** @description A reason code, such as `deny_lost`. */
        reason?: string
        /** @description 1 to 1,000; 100 if not given. */
        limit?: number
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Entries']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_facts: {
    parameters: {
      query?: {
        /** @description Only facts after this `seq`; 0 if not given. */
        after?: number
        /** @description 1 to 1,000; 100 if not given. */
        limit?: number
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['FactsFound']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_feeders: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['FeederView'][]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_flow: {
    parameters: {
      query?: {
        /** @description RFC 3339; 24 hours before `to` if not given. */
        from?: string
        /** @description RFC 3339, not included; now if not given. At most eight days after `from`. */
        to?: string
        gate?: string
        /** @description Gates that stand under this area. */
        area?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['FlowView'][]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_gates: {
    parameters: {
      query?: {
        /** @description True: only gates that have not confirmed their mode; false: only those that have. */
        unconfirmed?: boolean
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['GateView'][]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_gate: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['GateView']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  set_gate_mode: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['ModeAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Told']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  clear_gate_mode: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Told']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  open_gate: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['OpenAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Opened']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_handovers: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['HandoverView'][]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  write_handover: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['HandoverAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['HandoverWritten']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  take_handover: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  prove_journal: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['JournalProof']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_lines: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['LineView'][]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  adjust_money: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['MoveAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PaidView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_adjustments: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AdjustmentView'][]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  withdraw_adjustment: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Withdrawn']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  confirm_adjustment: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PaidView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  correct_row: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['CorrectAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PaidView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_day: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['DayView']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  close_day: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ClosedView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  refund_money: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['MoveAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PaidView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  top_up: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['TopUpAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PaidView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  transfer_money: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['TransferAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PaidView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_operators: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['OperatorView'][]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  add_operator: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['OperatorAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PasswordMade']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  revoke_operator: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  reset_password: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PasswordMade']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  change_operator: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['ChangeAsked']
      }
    }
    responses: {
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  end_sessions: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  add_token: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['TokenAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TokenMade']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  revoke_token: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
        label: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  forgive_passback: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['ForgiveAsked']
      }
    }
    responses: {
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  find_people: {
    parameters: {
      query: {
        /** @description A part of the name, or the begin of the number. */
        name: string
        /** @description Why, in 1 to 500 characters; the search is recorded with it. */
        why: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PersonFound'][]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_accounts_of: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AccountView'][]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_photo: {
    parameters: {
      query?: never
      header?: never
      path: {
        /** @description The person's number. */
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'image/jpeg': number[]
          'image/png': number[]
          'image/webp': number[]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_proposals: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ProposalView'][]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  decline_proposal: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_quarantine: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ParkedView'][]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_rooms: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['RoomView'][]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_room: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['RoomView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_room_account: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['RoomAccountView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  cut_room: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['CutAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['RoomView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_events: {
    parameters: {
      query?: {
        /** @description 1 to 1,000; 100 if not given. */
        limit?: number
      }
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description As over MQTT (`event` of a room) */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': Record<string, never>[]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  limit_room: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['LimitsAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['RoomView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  accept_meter: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['RoomView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_power: {
    parameters: {
      query?: {
        /** @description 1 to 31; 1 if not given. */
        days?: number
      }
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PowerPast']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  decide_reading: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['ReadingAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['DecidedView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  restore_room: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['RoomView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_room_statement: {
    parameters: {
      query?: {
        /** @description Only lines before this row: the next page. */
        before?: number
        /** @description 1 to 10,000; 100 if not given. */
        limit?: number
        /** @description `json`, `csv` or `xlsx`; `json` if not given. */
        format?: string
      }
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['StatementView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_why: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['WhyView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_rules: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['RuleFiles']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  save_rules: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['SaveAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Checked']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  check_rules: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['CheckAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Checked']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  preview_rules: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['CheckAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Previewed']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_rule_sets: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['RuleSetView'][]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_session: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['SessionView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Name or password is wrong, or there is no session */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Nothing proves that a page of ours sends it */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The name is locked, or the address must wait */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the broker takes no pages */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  sign_in: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['SignInAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['SessionView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Name or password is wrong, or there is no session */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Nothing proves that a page of ours sends it */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The name is locked, or the address must wait */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the broker takes no pages */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  sign_out: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Name or password is wrong, or there is no session */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Nothing proves that a page of ours sends it */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The name is locked, or the address must wait */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the broker takes no pages */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_ticket: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: {
      content: {
        'application/json': null | components['schemas']['TicketAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TicketView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Name or password is wrong, or there is no session */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Nothing proves that a page of ours sends it */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The name is locked, or the address must wait */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the broker takes no pages */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_taps: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TapView'][]
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A parameter is wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No answer in time, or the disk cannot be read */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_tap: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TapView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  shut_tap: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TapView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  free_tap: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['WhyAsked']
      }
    }
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TapView']
        }
      }
      /** @description The body is not JSON */
      400: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No token or session, or one that is not good */
      401: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The role does not include it, or not there */
      403: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description No such gate, area, room, account or row */
      404: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It contradicts how things are: nothing to end, to take back, to pay with */
      409: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description The body is too long */
      413: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description A field is missing, unknown or wrong; `field` names it */
      422: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description Too many wrong tokens */
      429: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
      /** @description It is not on record; a gate may have been told already */
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/problem+json': components['schemas']['Problem']
        }
      }
    }
  }
  get_version: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Running']
        }
      }
    }
  }
  get_health: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Health']
        }
      }
      503: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Health']
        }
      }
    }
  }
  get_metrics: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'text/plain': string
        }
      }
    }
  }
  get_document: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': Record<string, never>
        }
      }
    }
  }
}
