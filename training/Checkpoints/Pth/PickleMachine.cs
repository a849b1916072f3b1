using System.Globalization;
using System.Numerics;

namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>
/// Python's pickle machine reduced to data: numbers, text, lists, tuples, dictionaries, and the few calls by which PyTorch writes tensors,
/// which are recognised by name and never made. Any other object becomes a <see cref="PickleOpaque"/>, which is never built; a name that
/// reaches for code is refused. No recursion: depth costs nothing.
/// </summary>
/// <param name="input">The pickle.</param>
/// <param name="storage">Makes a storage of a persistent id; null where a file may have none.</param>
internal sealed class PickleMachine(PickleInput input, Func<object?[], PickleStorage>? storage)
{
    private const int HighestProtocol = 5;
    private readonly PickleStack stack = new();
    private readonly Dictionary<uint, object?> memo = [];
    private readonly PickleObjects objects = new();

    /// <summary>Python names in the pickle that have no meaning here.</summary>
    public IReadOnlyCollection<string> Foreign => objects.Foreign;

    /// <exception cref="FormatException">The pickle is broken, or asks for something that is not data.</exception>
    public object? Run()
    {
        for (var opcode = input.Byte(); opcode != PickleOpcode.Stop; opcode = input.Byte())
        {
            Step(opcode);
        }

        objects.End();
        return stack.Pop();
    }

    private void Step(byte opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto:
                var protocol = input.Byte();
                Require(protocol <= HighestProtocol, $"pickle protocol {protocol} is not known");
                break;
            case PickleOpcode.Frame:
                input.UInt64();   // FRAME only helps readers that prefetch
                break;
            case PickleOpcode.Mark:
                stack.PushMark();
                break;
            case PickleOpcode.Pop:
                Pop();
                break;
            case PickleOpcode.PopMark:
                PopToMark();
                break;
            case PickleOpcode.Dup:
                Push(Top());
                break;
            case PickleOpcode.None:
                Push(null);
                break;
            case PickleOpcode.NewTrue or PickleOpcode.NewFalse:
                Push(opcode == PickleOpcode.NewTrue);
                break;
            case PickleOpcode.BinInt1:
                Push((long)input.Byte());
                break;
            case PickleOpcode.BinInt2:
                Push((long)input.UInt16());
                break;
            case PickleOpcode.BinInt:
                Push((long)input.Int32());
                break;
            case PickleOpcode.Int or PickleOpcode.Long:
                Push(Number(input.Line()));
                break;
            case PickleOpcode.Long1:
                Push(Number(input.Bytes(input.Byte())));
                break;
            case PickleOpcode.Long4:
                Push(Number(input.Bytes(Length(input.Int32()))));
                break;
            case PickleOpcode.BinFloat:
                Push(input.Double());
                break;
            case PickleOpcode.Float:
                Push(double.Parse(input.Line(), NumberStyles.Float, CultureInfo.InvariantCulture));
                break;
            case PickleOpcode.String or PickleOpcode.Unicode:
                Push(Unquoted(input.Line()));
                break;
            case PickleOpcode.ShortBinString:
                Push(input.Latin1(input.Byte()));
                break;
            case PickleOpcode.BinString:
                Push(input.Latin1(Length(input.Int32())));
                break;
            case PickleOpcode.ShortBinUnicode:
                Push(input.Text(input.Byte()));
                break;
            case PickleOpcode.BinUnicode:
                Push(input.Text(input.UInt32()));
                break;
            case PickleOpcode.BinUnicode8:
                Push(input.Text(input.UInt64()));
                break;
            case PickleOpcode.ShortBinBytes:
                Push(input.Bytes(input.Byte()));
                break;
            case PickleOpcode.BinBytes:
                Push(input.Bytes(input.UInt32()));
                break;
            case PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8:
                Push(input.Bytes(input.UInt64()));
                break;
            case PickleOpcode.EmptyList or PickleOpcode.EmptySet:
                Push(new PickleList());
                break;
            case PickleOpcode.List:
                PushList(PopToMark());
                break;
            case PickleOpcode.Append:
                Append([Pop()]);
                break;
            case PickleOpcode.Appends or PickleOpcode.AddItems:
                Append(PopToMark());
                break;
            case PickleOpcode.EmptyTuple:
                Push(new PickleTuple([]));
                break;
            case PickleOpcode.Tuple1 or PickleOpcode.Tuple2 or PickleOpcode.Tuple3:
                Push(new PickleTuple(stack.Pop(opcode - PickleOpcode.Tuple1 + 1)));
                break;
            case PickleOpcode.Tuple or PickleOpcode.FrozenSet:
                Push(new PickleTuple(PopToMark()));
                break;
            case PickleOpcode.EmptyDict:
                Push(new PickleDictionary());
                break;
            case PickleOpcode.Dict:
                var pairs = PopToMark();
                Push(new PickleDictionary());
                SetItems(pairs);
                break;
            case PickleOpcode.SetItem:
                SetItems(stack.Pop(2));
                break;
            case PickleOpcode.SetItems:
                SetItems(PopToMark());
                break;
            case PickleOpcode.BinGet:
                Push(Memo(input.Byte()));
                break;
            case PickleOpcode.LongBinGet:
                Push(Memo(input.UInt32()));
                break;
            case PickleOpcode.Get:
                Push(Memo(uint.Parse(input.Line(), CultureInfo.InvariantCulture)));
                break;
            case PickleOpcode.BinPut:
                memo[input.Byte()] = Top();
                break;
            case PickleOpcode.LongBinPut:
                memo[input.UInt32()] = Top();
                break;
            case PickleOpcode.Put:
                memo[uint.Parse(input.Line(), CultureInfo.InvariantCulture)] = Top();
                break;
            case PickleOpcode.Memoize:
                memo[(uint)memo.Count] = Top();
                break;
            case PickleOpcode.Global:
                Push(objects.Named(input.Line(), input.Line()));
                break;
            case PickleOpcode.StackGlobal:
                var names = stack.Pop(2);
                Push(objects.Named(Text(names[0]), Text(names[1])));
                break;
            case PickleOpcode.Reduce or PickleOpcode.NewObj:
                var call = stack.Pop(2);
                Push(objects.Call(call[0], call[1]));
                break;
            case PickleOpcode.NewObjEx:
                var keywordCall = stack.Pop(3);
                Push(objects.Call(keywordCall[0], keywordCall[1]));
                break;
            case PickleOpcode.Obj:
                var made = PopToMark();
                Require(made.Length > 0, "OBJ without a class");
                Push(objects.Call(made[0], new PickleTuple(made[1..])));
                break;
            case PickleOpcode.Inst:
                var type = objects.Named(input.Line(), input.Line());
                Push(objects.Call(type, new PickleTuple(PopToMark())));
                break;
            case PickleOpcode.Build:
                Pop();
                Require(Top() is PickleDictionary or PickleOpaque, "BUILD of something that has no state");
                break;
            case PickleOpcode.BinPersId:
                var id = Pop() as PickleTuple ?? throw Broken("a persistent id that is not a tuple");
                Push(Persistent(id.Items));
                break;
            default:
                throw Broken($"opcode 0x{opcode:X2} is not one that weights need");
        }
    }

    private static string Text(object? name) => name as string ?? throw Broken("STACK_GLOBAL without text");

    /// <summary>Text of protocol 0. Escapes are not resolved: no weight's name has one.</summary>
    private static string Unquoted(string line)
    {
        var isQuoted = line.Length >= 2 && line[0] == line[^1] && line[0] is '\'' or '"';
        return isQuoted ? line[1..^1] : line;
    }

    private static object Number(string line) => line switch
    {
        "00" => false,
        "01" => true,
        _ => Whole(BigInteger.Parse(line.TrimEnd('L'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)),
    };

    private static object Number(byte[] littleEndian) => Whole(new BigInteger(littleEndian));

    private static object Whole(BigInteger value)
    {
        if (value >= long.MinValue && value <= long.MaxValue)
        {
            var small = (long)value;
            return small;
        }

        return value;
    }

    private static ulong Length(int length) => length >= 0 ? (ulong)length : throw Broken($"a length of {length}");

    private static FormatException Broken(string reason) => new(reason);

    private static void Require(bool condition, string reason)
    {
        if (!condition)
        {
            throw Broken(reason);
        }
    }

    /// <summary>A storage; or, of a whole model in the format before zip, one of its classes with its source.</summary>
    private object Persistent(object?[] id)
    {
        if (storage is null)
        {
            throw Broken("a storage where none belongs");
        }

        return id is ["module", PickleGlobal type, ..] ? type : storage(id);
    }

    private void Append(object?[] items)
    {
        switch (Top())
        {
            case PickleList list:
                list.Items.AddRange(items);
                break;
            case PickleOpaque:
                break;
            default:
                throw Broken("an item appended to something that is not a list");
        }
    }

    private void SetItems(object?[] pairs)
    {
        Require(pairs.Length % 2 == 0, "a key without a value");
        var dictionary = Top() switch
        {
            PickleDictionary plain => plain,
            PickleOpaque opaque => opaque.ToSetIn(),
            _ => throw Broken("an item set on something that is not a dictionary"),
        };
        for (var i = 0; i < pairs.Length; i += 2)
        {
            dictionary[pairs[i]] = pairs[i + 1];
        }
    }

    private void PushList(object?[] items)
    {
        var list = new PickleList();
        list.Items.AddRange(items);
        Push(list);
    }

    private object? Memo(uint index) => memo.TryGetValue(index, out var value) ? value : throw Broken($"memo {index} is empty");

    private void Push(object? value) => stack.Push(value);

    private object? Top() => stack.Top();

    private object? Pop() => stack.Pop();

    private object?[] PopToMark() => stack.PopToMark();
}
