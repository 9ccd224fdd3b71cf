/* For tests under Wine only, never shipped: Wine 8 has no bcryptprimitives.dll, from which Rust's standard library takes
 * its random numbers. Windows has had it since Windows 8.
 *
 * ProcessPrng fills a buffer and cannot fail on Windows. Here it passes the buffer on to RtlGenRandom, which
 * advapi32.dll exports under the name SystemFunction036, in pieces that fit its 32-bit length.
 */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length)
{
	const SIZE_T piece = 1u << 28;

	while (length > 0) {
		ULONG now = (ULONG)(length < piece ? length : piece);

		if (!SystemFunction036(buffer, now))
			return FALSE;
		buffer += now;
		length -= now;
	}
	return TRUE;
}
