/* One unit on libmodbus, with registers written by hand from the makers' documents: a Hiking DDS238-2 ZN/SR
 * in the holding registers, an Eastron SDM120 in the input registers, an R421A08-like row of coils.
 *
 *     unit tcp PORT        Modbus TCP on loopback, one connection after the other
 *     unit serial PATH     RTU on a serial port, 9600 8N1, as unit 7
 */
#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void put(uint16_t *registers, int address, float number)
{
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    registers[address] = (uint16_t)(bits >> 16);
    registers[address + 1] = (uint16_t)(bits & 0xFFFF);
}

static void fill(modbus_mapping_t *map)
{
    uint16_t *meter = map->tab_registers;
    meter[0x0A] = 0x0001; /* 123456 of 0.01 kWh */
    meter[0x0B] = 0xE240;
    meter[0x0C] = 2315;
    meter[0x0D] = 425;
    meter[0x0E] = 950;
    meter[0x0F] = 0xFF88; /* -120 var */
    meter[0x10] = 966;
    meter[0x11] = 4998;
    meter[0x1A] = 1;
    put(map->tab_input_registers, 0x00, 231.5f);
    put(map->tab_input_registers, 0x06, 4.25f);
    put(map->tab_input_registers, 0x0C, 950.5f);
    put(map->tab_input_registers, 0x12, 983.875f);
    put(map->tab_input_registers, 0x18, -120.25f);
    put(map->tab_input_registers, 0x1E, 0.966f);
    put(map->tab_input_registers, 0x46, 49.98f);
    put(map->tab_input_registers, 0x48, 1234.5f);
}

static void answer(modbus_t *bus, modbus_mapping_t *map)
{
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    for (;;) {
        int length = modbus_receive(bus, query);
        /* 0: not for this unit. */
        if (length > 0 && modbus_reply(bus, query, length, map) == -1) {
            return;
        }
        if (length == -1 && errno != EMBBADCRC) {
            return;
        }
    }
}

int main(int count, char **words)
{
    if (count != 3) {
        return 2;
    }
    modbus_mapping_t *map = modbus_mapping_new(16, 0, 0x40, 0x60);
    if (map == NULL) {
        return 1;
    }
    fill(map);
    if (strcmp(words[1], "serial") == 0) {
        modbus_t *bus = modbus_new_rtu(words[2], 9600, 'N', 8, 1);
        if (bus == NULL || modbus_set_slave(bus, 7) == -1 || modbus_connect(bus) == -1) {
            fprintf(stderr, "unit: %s\n", modbus_strerror(errno));
            return 1;
        }
        puts("ready");
        fflush(stdout);
        answer(bus, map);
        return 0;
    }
    modbus_t *bus = modbus_new_tcp("127.0.0.1", atoi(words[2]));
    int listener = bus == NULL ? -1 : modbus_tcp_listen(bus, 1);
    if (listener == -1) {
        fprintf(stderr, "unit: %s\n", modbus_strerror(errno));
        return 1;
    }
    puts("ready");
    fflush(stdout);
    for (;;) {
        if (modbus_tcp_accept(bus, &listener) == -1) {
            return 1;
        }
        answer(bus, map);
        modbus_close(bus);
    }
}
