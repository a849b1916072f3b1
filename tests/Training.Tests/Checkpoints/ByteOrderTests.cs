using System.Text;
using Pipeline.Shared;
using Pipeline.Training.Checkpoints.Pth;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Checkpoints;

public sealed class ByteOrderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("byte-order").FullName;

    [Theory]
    [InlineData("big\0\0\0", "neither little nor big")]
    [InlineData("middle", "neither little nor big")]
    [InlineData("LITTLE", "neither little nor big")]
    public void A_byte_order_that_is_not_little_is_refused(string order, string reason)
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(folder, "weights.pth");
        PthWriter.Write(path, [KeyValuePair.Create("w", ones(3))]);
        PthFile.Read(path).Dispose();

        var bytes = File.ReadAllBytes(path);
        Encoding.ASCII.GetBytes(order).CopyTo(bytes, bytes.AsSpan().IndexOf("little"u8));
        File.WriteAllBytes(path, bytes);

        Assert.Contains(reason, Assert.Throws<UserErrorException>(() => PthFile.Read(path)).Message);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
