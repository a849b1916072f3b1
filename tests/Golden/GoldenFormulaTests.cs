namespace Pipeline.Golden;

public sealed class GoldenFormulaTests
{
    [Fact]
    public void The_worked_examples_are_met_bit_for_bit()
    {
        Assert.Equal(0x69a29a2cee47d254UL, GoldenFormula.Hash("conv1.weight"));
        Assert.Equal(
            [0x8b8a08a85128a1b0UL, 0x13270f9292cbed3bUL, 0xf5c3cc38f0bea3e7UL],
            Enumerable.Range(0, 3).Select(i => GoldenFormula.Raw(GoldenFormula.Hash("conv1.weight"), i)));
        Assert.Equal([0x3db8a080u, 0xbf59b1e2u, 0x3f6b8798u], Bits(GoldenFormula.Fill("conv1.weight", 3, 1, 0)));
        Assert.Equal(
            [0xbc1c79e7u, 0xbd186205u, 0xbe29bcd8u], Bits(GoldenFormula.Weight("", "backbone.body.conv1.weight", [64, 3, 7, 7])[..3]));
        Assert.Equal(
            [0x3fa7486cu, 0x3fbf939bu, 0x3fad1fc9u], Bits(GoldenFormula.Weight("", "backbone.body.layer1.0.bn3.running_var", [3])));
        Assert.Equal([0x3e819e01u, 0x3e910b25u, 0x3e94b97fu], Bits(GoldenFormula.Weight("", "backbone.body.layer1.0.bn3.weight", [3])));
        Assert.Equal([0L, 3, 1, 2, 3, 2], GoldenFormula.Ints("box/cls", 6, 0, 4));
    }

    [Fact]
    public void The_formula_image_is_met_byte_for_byte()
    {
        var image = GoldenFormula.ImageBytes("image8", 37, 124);

        Assert.Equal(new byte[] { 98, 104, 110, 102 }, image[..4]);
        Assert.Equal(1740743, image.Sum(value => value));
        Assert.Equal(0x3ec4c4c5u, BitConverter.SingleToUInt32Bits(GoldenFormula.Image("image8", 37, 124)[0]));
    }

    private static IEnumerable<uint> Bits(float[] values) => values.Select(BitConverter.SingleToUInt32Bits);
}
