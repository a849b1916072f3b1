using Pipeline.Training.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Engine;

public sealed class TensorFloat32Tests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Products_and_convolutions_are_what_the_option_says_and_afterwards_what_they_were(bool allowed)
    {
        var before = (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32);

        using (TensorFloat32.Use(allowed))
        {
            Assert.Equal((allowed, allowed), (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32));
        }

        Assert.Equal(before, (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32));
    }
}
