using CsCheck;

namespace Pipeline.Shared.Tests.Datasets;

/// <summary>A file as damage leaves it: up to eight bytes changed, and cut off anywhere.</summary>
internal static class DamagedBytes
{
    public static Gen<byte[]> Of(byte[] original)
    {
        var change = Gen.Select(Gen.Int[0, original.Length - 1], Gen.Byte);
        return Gen.Select(change.Array[0, 8], Gen.Int[0, original.Length]).Select((changes, length) =>
        {
            var bytes = original.ToArray();
            foreach (var (at, value) in changes)
            {
                bytes[at] = value;
            }

            return bytes[..length];
        });
    }
}
