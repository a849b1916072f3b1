using CsCheck;
using Pipeline.Training.Contrastive;

namespace Pipeline.Training.Tests.Contrastive;

public sealed class BatchPartsTests
{
    [Fact]
    public void Parts_hold_every_image_once_two_at_least_and_differ_by_one_at_most() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 64]).Sample((count, parts) =>
        {
            var sizes = BatchParts.Sizes(count, parts);
            Assert.Equal(count, sizes.Sum());
            Assert.InRange(sizes.Length, 1, parts);
            Assert.InRange(sizes.Max() - sizes.Min(), 0, 1);
            Assert.True(count == 1 || sizes.Min() >= 2);
        });

    [Theory]
    [InlineData(32, 4, new long[] { 8, 8, 8, 8 })]
    [InlineData(30, 4, new long[] { 8, 8, 7, 7 })]
    [InlineData(4, 4, new long[] { 2, 2 })]
    [InlineData(3, 4, new long[] { 3 })]
    public void Parts_are_fewer_where_the_images_do_not_suffice(int count, int parts, long[] expected) =>
        Assert.Equal(expected, BatchParts.Sizes(count, parts));
}
