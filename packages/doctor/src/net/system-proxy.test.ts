import { describe, expect, it } from 'vitest';
import { isFor, readMac, readWindows, systemProxy } from './system-proxy.ts';

const windows = (enabled: number, server: string) => `
HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings
    User Agent    REG_SZ    Mozilla/4.0 (compatible; MSIE 8.0; Win32)
    ProxyEnable    REG_DWORD    0x${enabled}
    ProxyServer    REG_SZ    ${server}
    ProxyOverride    REG_SZ    *.corp.example;10.*;<local>
`;

const MAC = `<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
    1 : 169.254/16
  }
  HTTPEnable : 0
  HTTPSEnable : 1
  HTTPSPort : 3128
  HTTPSProxy : proxy.example.com
}
`;

describe('the proxy of a system', () => {
  it('is read from the settings of Windows', () => {
    const except = ['*.corp.example', '10.*', '<local>'];
    expect(readWindows(windows(1, 'proxy.example.com:8080'))).toEqual({ url: 'http://proxy.example.com:8080', except });
    const each = readWindows(windows(1, 'http=one.example.com:80;https=two.example.com:3128'));
    expect(each?.url).toBe('http://two.example.com:3128');
    expect(readWindows(windows(0, 'proxy.example.com:8080'))).toBeUndefined();
    expect(readWindows(windows(1, 'socks=one.example.com:1080'))).toBeUndefined();
    expect(readWindows('')).toBeUndefined();
  });

  it('is read from the settings of macOS', () => {
    expect(readMac(MAC)).toEqual({ url: 'http://proxy.example.com:3128', except: ['*.local', '169.254/16'] });
    expect(readMac(MAC.replace('HTTPSEnable : 1', 'HTTPSEnable : 0'))).toBeUndefined();
    expect(readMac('')).toBeUndefined();
  });

  it('is not for hosts that are excepted', () => {
    const proxy = { url: 'http://proxy.example.com', except: ['*.corp.example', '10.*', '<local>'] };
    expect(isFor(proxy, 'https://rtc.example.com/')).toBe(true);
    expect(isFor(proxy, 'https://rtc.corp.example/')).toBe(false);
    expect(isFor(proxy, 'https://10.1.2.3/')).toBe(false);
    expect(isFor(proxy, 'https://intranet/')).toBe(false);
  });

  it('is none where the system has no such settings', async () => {
    expect(await systemProxy('linux')).toBeUndefined();
  });
});
